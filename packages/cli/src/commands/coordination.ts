import type {
  ElectionList,
  ElectionView,
  GroupList,
  LockBroken,
  LockList,
  LockView,
  LoggedEventView,
  PlaceView,
  PublishedView,
  TopicList,
  TopicView,
} from '@keelson/server/schemas';
import type { Command } from 'commander';
import { apiPath } from '../client/api-path.ts';
import { type ClientOptions, type CommandIo, clientCommand, openContext } from '../command-context.ts';
import { facts, printable, type Style, table } from '../output/table.ts';
import { timeText } from '../output/time.ts';
import { parseJson } from '../parse.ts';

interface KindOptions extends ClientOptions {
  readonly semaphore?: boolean;
}

interface BreakOptions extends KindOptions {
  readonly by: string;
  readonly reason: string;
  readonly id?: string;
}

/** `keelson lock|election|group|events …`: what the recipes of coordination hold. */
export function registerCoordination(program: Command, io: CommandIo): void {
  registerLock(program.command('lock').description('see who holds which lock, and break one'), io);
  const election = program.command('election').description('see who leads');
  clientCommand(election.command('ls').description('list the elections that somebody stands in')).action(
    async (options: ClientOptions) => {
      const { client, output } = await openContext(io, options);
      const list = await client.get<ElectionList>(apiPath('elections'));
      output.result(list, ({ elections }) => electionTable(elections, output.style));
    },
  );
  const group = program.command('group').description('see who is in which group');
  clientCommand(group.command('ls').description('list the groups and their members')).action(
    async (options: ClientOptions) => {
      const { client, output } = await openContext(io, options);
      const list = await client.get<GroupList>(apiPath('groups'));
      output.result(list, () => groupTable(list, output.style));
    },
  );
  registerEvents(program.command('events').description('follow the event log, and publish to it'), io);
}

const kindQuery = ({ semaphore }: KindOptions): string => (semaphore === true ? '?kind=semaphore' : '');

function registerLock(lock: Command, io: CommandIo): void {
  clientCommand(lock.command('ls').description('list the locks and semaphores that are held or waited for')).action(
    async (options: ClientOptions) => {
      const { client, output } = await openContext(io, options);
      const [plain, semaphores] = await Promise.all(
        ['lock', 'semaphore'].map((kind) => client.get<LockList>(`${apiPath('locks')}?kind=${kind}`)),
      );
      const locks = [...(plain?.locks ?? []), ...(semaphores?.locks ?? [])];
      output.result({ locks }, () => lockTable(locks, output.style));
    },
  );
  clientCommand(lock.command('show <name>').description('show who holds a lock, and who waits for it'))
    .option('--semaphore', 'a semaphore of that name')
    .action(async (name: string, options: KindOptions) => {
      const { client, output } = await openContext(io, options);
      const found = await client.get<LockView>(`${apiPath('locks', name)}${kindQuery(options)}`);
      output.result(found, () => lockText(found, output.style));
    });
  clientCommand(lock.command('break <name>').description('take a lock away from whoever holds it'))
    .requiredOption('--by <who>', 'who breaks it, for those who ask later')
    .requiredOption('--reason <why>', 'why')
    .option('--id <id>', 'only this place, holding or waiting, as `lock show` prints it')
    .option('--semaphore', 'a semaphore of that name')
    .action(async (name: string, options: BreakOptions) => {
      const { client, output } = await openContext(io, options);
      const { by, reason, id } = options;
      const path = `${apiPath('locks', name, 'break')}${kindQuery(options)}`;
      const body = { by, reason, ...(id === undefined ? {} : { id }) };
      const { body: done } = await client.send<LockBroken>('POST', path, { body });
      output.result(done, ({ broken }) =>
        broken.map((place) => `Taken away from ${who(place)}, whose token was ${place.fencingToken}.`).join('\n'),
      );
    });
}

function registerEvents(events: Command, io: CommandIo): void {
  clientCommand(events.command('ls').description('list the topics and how far their consumers are')).action(
    async (options: ClientOptions) => {
      const { client, output } = await openContext(io, options);
      const { topics } = await client.get<TopicList>(apiPath('topics'));
      const described = await Promise.all(topics.map((name) => client.get<TopicView>(apiPath('topics', name))));
      output.result({ topics: described }, () => topicTable(described, output.style));
    },
  );
  clientCommand(events.command('tail <topic>').description('print the events of a topic as they come, until Ctrl-C'))
    .option('--from <where>', 'beginning, end, or the number of an event', 'end')
    .action(async (topic: string, options: ClientOptions & { readonly from: string }) => {
      const { client, output } = await openContext(io, options);
      const path = `${apiPath('topics', topic, 'events')}?from=${encodeURIComponent(options.from)}`;
      for await (const { event, data } of client.events(path, { signal: io.signal })) {
        const body = JSON.parse(data) as LoggedEventView | { readonly missed: number };
        output.result({ type: event, ...body }, () =>
          'missed' in body
            ? `… ${body.missed} events were trimmed before they were read`
            : eventLine(body, output.style),
        );
      }
    });
  clientCommand(events.command('publish <topic> <json>').description('publish an event; its payload is any JSON value'))
    .option('--key <key>', 'publish it once, however often this is said')
    .action(async (topic: string, json: string, options: ClientOptions & { readonly key?: string }) => {
      const { client, output } = await openContext(io, options);
      const body = { payload: parseJson(json, '<json>'), ...(options.key === undefined ? {} : { key: options.key }) };
      const path = apiPath('topics', topic, 'events');
      const { body: done } = await client.send<PublishedView>('POST', path, { body });
      output.result(done, ({ sequence, duplicate }) =>
        duplicate ? `It was published before, as event ${sequence} of ${topic}.` : `Event ${sequence} of ${topic}.`,
      );
    });
}

const who = ({ owner, host, pid, session }: PlaceView): string =>
  `${owner ?? `session ${session ?? '?'}`}${host === null ? '' : ` on ${host}`}${pid === null ? '' : ` (pid ${pid})`}`;

function lockTable(locks: readonly LockView[], style: Style): string {
  if (locks.length === 0) return 'Nobody holds a lock.';
  return table(
    locks,
    [
      { title: 'name', value: ({ name }) => name },
      { title: 'kind', value: ({ kind, permits }) => (kind === 'lock' ? 'lock' : `semaphore of ${permits}`) },
      { title: 'held by', value: ({ holders }) => holders.map(who).join(', ') || '-' },
      { title: 'since', value: ({ holders: [first] }) => timeText(first?.grantedAtMs ?? first?.enteredAtMs ?? null) },
      { title: 'waiting', value: ({ waiting }) => String(waiting.length), align: 'right' },
      { title: 'reason', value: ({ holders: [first] }) => first?.reason ?? '' },
    ],
    style,
  );
}

function lockText(lock: LockView, style: Style): string {
  const { name, kind, permits, holders, waiting, lastBreak } = lock;
  const head = facts(
    [
      ['name', name],
      ['kind', kind === 'lock' ? 'lock' : `semaphore of ${permits}`],
      ['held', holders.length === 0 ? 'by nobody' : `by ${holders.length}, ${waiting.length} waiting`],
      ...(lastBreak === null
        ? []
        : ([['broken', `${timeText(lastBreak.atMs)} by ${lastBreak.by}: ${lastBreak.reason}`]] as const)),
    ],
    style,
  );
  const places = [
    ...holders.map((place) => ({ place, does: 'holds' })),
    ...waiting.map((place) => ({ place, does: 'waits' })),
  ];
  if (places.length === 0) return head;
  const queue = table(
    places,
    [
      { title: '', value: ({ does }) => does },
      { title: 'who', value: ({ place }) => who(place) },
      { title: 'mode', value: ({ place }) => place.mode },
      { title: 'since', value: ({ place }) => timeText(place.grantedAtMs ?? place.enteredAtMs) },
      { title: 'ttl', value: ({ place }) => (place.ttlMs === null ? '-' : `${place.ttlMs} ms`), align: 'right' },
      { title: 'token', value: ({ place }) => place.fencingToken, align: 'right' },
      { title: 'reason', value: ({ place }) => place.reason ?? '' },
      { title: 'id', value: ({ place }) => place.id },
    ],
    style,
  );
  return `${head}\n\n${queue}`;
}

function electionTable(elections: readonly ElectionView[], style: Style): string {
  if (elections.length === 0) return 'Nobody stands in an election.';
  return table(
    elections,
    [
      { title: 'name', value: ({ name }) => name },
      { title: 'term', value: ({ term }) => String(term), align: 'right' },
      { title: 'leader', value: ({ leader }) => (leader === null ? '-' : who(leader)) },
      { title: 'since', value: ({ leader }) => timeText(leader?.grantedAtMs ?? leader?.enteredAtMs ?? null) },
      { title: 'token', value: ({ leader }) => leader?.fencingToken ?? '-', align: 'right' },
      { title: 'candidates', value: ({ candidates }) => candidates.map(who).join(', ') || '-' },
    ],
    style,
  );
}

function groupTable({ groups }: GroupList, style: Style): string {
  const rows = groups.flatMap(({ name, members }) => members.map((member) => ({ group: name, member })));
  if (rows.length === 0) return 'Nobody is in a group.';
  return table(
    rows,
    [
      { title: 'group', value: ({ group }) => group },
      { title: 'member', value: ({ member }) => member.name },
      { title: 'host', value: ({ member }) => member.host ?? '-' },
      { title: 'pid', value: ({ member }) => String(member.pid ?? '-'), align: 'right' },
      { title: 'joined', value: ({ member }) => timeText(member.joinedAtMs) },
      { title: 'metadata', value: ({ member }) => JSON.stringify(member.metadata) },
    ],
    style,
  );
}

function topicTable(topics: readonly TopicView[], style: Style): string {
  if (topics.length === 0) return 'Nothing was published yet.';
  return table(
    topics,
    [
      { title: 'topic', value: ({ name }) => name },
      { title: 'events', value: ({ first, next }) => String(next - first), align: 'right' },
      { title: 'first', value: ({ first }) => String(first), align: 'right' },
      { title: 'bytes', value: ({ bytes }) => String(bytes), align: 'right' },
      {
        title: 'consumers',
        value: ({ cursors }) =>
          cursors.map(({ consumer, behind }) => `${consumer}: ${behind} behind`).join(', ') || '-',
      },
    ],
    style,
  );
}

function eventLine({ sequence, atMs, publisher, payload }: LoggedEventView, style: Style): string {
  const from = publisher === '' ? '' : ` ${publisher}:`;
  return `${style(String(sequence), 'bold')} ${style(timeText(atMs), 'dim')}${from} ${printable(JSON.stringify(payload))}`;
}
