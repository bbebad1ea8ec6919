import type { ClientLine, GroupLine } from '../line.ts';
import { groupBy, linesOf, type Transcript } from './transcript.ts';

type Observed = Extract<GroupLine, { readonly say: 'observed' }>;

/**
 * Whether anybody was told a false story of the group: two members of one name, a name that came back as an older one, a death of somebody who was
 * still at work, or a proper leave of somebody who never said so.
 */
export function falseStories(transcript: Transcript): readonly string[] {
  const { clients, reference } = transcript;
  const observed = [...linesOf(clients, 'observed', 'blind'), ...linesOf(reference, 'observed', 'blind')];
  const found: string[] = [];
  const lastActs = lastActOf(clients);
  const saidGoodbye = new Set(linesOf(clients, 'gives-up').map(({ thing, token }) => `${thing} ${token}`));
  for (const [observer, lines] of groupBy(observed, ({ client }) => client)) {
    found.push(...oneOfEachName(observer, lines));
    for (const line of lines) {
      if (line.say !== 'observed' || line.event !== 'left') continue;
      const { member, token, at, cause } = line;
      const who = `${member} ${token}`;
      const actedAt = lastActs.get(who) ?? 0;
      if (actedAt > at + 2 * transcript.clockErrorMs)
        found.push(`${observer} was told at ${at} that ${who} had gone (${cause}), who acted at ${actedAt}`);
      if (cause === 'left' && !saidGoodbye.has(who)) found.push(`${observer} was told that ${who} left, who never did`);
    }
  }
  return transcript.everyChange ? [...found, ...missedMembers(observed)] : found;
}

/** When each membership was last acted under. */
function lastActOf(clients: readonly ClientLine[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const { thing, token, at } of linesOf(clients, 'acts', 'gives-up')) last.set(`${thing} ${token}`, at);
  return last;
}

/** Each name is there once at a time, and always as a newer one than before. */
function oneOfEachName(observer: string, lines: readonly GroupLine[]): readonly string[] {
  const found: string[] = [];
  const there = new Map<string, string>();
  const newest = new Map<string, bigint>();
  for (const line of lines) {
    if (line.say !== 'observed') continue;
    const { event, member, token } = line;
    if (event === 'left') {
      if (there.get(member) !== token)
        found.push(`${observer} was told that ${member} ${token} left, who was not there`);
      there.delete(member);
      continue;
    }
    if (there.has(member)) found.push(`${observer} was told of two members ${member}: ${there.get(member)}, ${token}`);
    if (BigInt(token) <= (newest.get(member) ?? 0n)) found.push(`${observer} was told of an old ${member}: ${token}`);
    there.set(member, token);
    newest.set(member, BigInt(token));
  }
  return found;
}

/** Nobody came and went unseen: between two members of one name that an observer saw without a gap, no other observer saw a third. */
function missedMembers(observed: readonly GroupLine[]): readonly string[] {
  const found: string[] = [];
  const seen = linesSeen(observed);
  const all = new Map<string, readonly bigint[]>();
  for (const [member, lines] of groupBy(seen, (line) => line.member))
    all.set(
      member,
      [...new Set(lines.map(({ token }) => BigInt(token)))].sort((a, b) => (a < b ? -1 : 1)),
    );
  for (const [observer, lines] of groupBy(observed, ({ client }) => client)) {
    const before = new Map<string, bigint>();
    for (const line of lines) {
      if (line.say === 'blind') before.clear();
      if (line.say !== 'observed' || line.event === 'left') continue;
      const [last, token] = [before.get(line.member), BigInt(line.token)];
      const between = (all.get(line.member) ?? []).filter((one) => last !== undefined && one > last && one < token);
      if (between.length > 0) found.push(`${observer} was not told of ${line.member} ${between.join()}`);
      before.set(line.member, token);
    }
  }
  return found;
}

const linesSeen = (observed: readonly GroupLine[]): readonly Observed[] =>
  observed.filter((line): line is Observed => line.say === 'observed' && line.event !== 'left');
