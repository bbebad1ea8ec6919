import type { TermName } from '../score/terms.ts';
import type { BindingRule } from './binding.ts';
import type { ScoreDifference, TermDifference } from './difference.ts';

/** A figure for people: four digits at most after the first that counts. */
export function figureText(value: number): string {
  if (Number.isInteger(value)) return `${value}`;
  return `${Number(value.toPrecision(4))}`;
}

/** The same for what has to be enough: never rounded down. */
export function enoughText(value: number): string {
  const short = Number(value.toPrecision(4));
  if (short >= value * (1 - 1e-9) || value <= 0) return figureText(value);
  let unit = 1;
  while (unit * 1000 > value) unit /= 10;
  while (unit * 10_000 <= value) unit *= 10;
  return figureText(short + unit);
}

/** `1 node`, `3 nodes`. */
export function counted(count: number, noun: string): string {
  return `${figureText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A binding rule in a few words, as in `cpu 97.2 of 100, needs 4`. */
export function ruleText(binding: BindingRule): string {
  const { figure, limit, needs } = binding;
  switch (binding.rule) {
    case 'capacity':
      return `${binding.dimension} ${figureText(figure)} of ${figureText(limit)}, needs ${figureText(needs)}`;
    case 'fault-zone':
      return `zone ${binding.zone} holds ${figure} of its replicas, ${limit} allowed`;
    case 'one-per-node':
      return `holds its ${binding.role} already`;
    case 'tag':
      return `lacks tag ${binding.tag}`;
    case 'disabled':
      return 'disabled for it';
    case 'offline':
      return 'offline';
    case 'draining':
      return 'draining';
    case 'forbidden':
      return 'forbidden to it';
    case 'pinned':
      return `a replica${binding.role === undefined ? '' : ` as ${binding.role}`} is pinned to ${binding.pinnedTo}`;
    case 'max-replicas':
      return `holds ${figure} of at most ${limit} replicas`;
    case 'max-replicas-per-node':
      return `holds ${figure} of at most ${limit} replicas of the resource`;
  }
}

/** All of them, with the node where it is not the candidate itself. */
export function rulesText(node: string, bindings: readonly BindingRule[]): string {
  return bindings.map((one) => (one.node === node ? ruleText(one) : `${one.node}: ${ruleText(one)}`)).join('; ');
}

/** What each term counts, one and many. */
const NOUNS: Readonly<Record<TermName, readonly [string, string]>> = Object.freeze({
  evenness: ['', 'unevenness of the load'],
  resourceEvenness: ['', "unevenness of the resource's replicas"],
  leaderEvenness: ['', 'unevenness of the leaders'],
  moves: ['copy', 'copies'],
  bytes: ["mean replica's bytes", "mean replicas' bytes"],
  leaderChanges: ['change of leader', 'changes of leader'],
  spread: ['pair sharing a domain', 'pairs sharing a domain'],
  preferredLeaders: ['leader off its preferred node', 'leaders off their preferred nodes'],
  affinity: ['violated affinity', 'violated affinities'],
  copysets: ['set of nodes', 'sets of nodes'],
});

/** Below this two penalties are the same. */
const DUST = 1e-9;

/**
 * What a change would do, with its price in penalties: `would cost 1 copy (1) and save 2.5 % of unevenness of the load (625)`.
 */
export function differenceText({ terms }: ScoreDifference): string {
  const entries = Object.entries(terms) as [TermName, TermDifference][];
  if (entries.length === 0) return 'would be as good';
  const costs = entries.filter(([, { penalty }]) => penalty > DUST);
  const savings = entries.filter(([, { penalty }]) => penalty < -DUST);
  const parts = [
    ...(costs.length === 0 ? [] : [`cost ${costs.map(termText).join(' + ')}`]),
    ...(savings.length === 0 ? [] : [`save ${savings.map(termText).join(' + ')}`]),
  ];
  return parts.length === 0 ? 'would be as good' : `would ${parts.join(' and ')}`;
}

function termText([name, { figure, penalty, percent = 0 }]: [TermName, TermDifference]): string {
  const amount = Math.abs(figure);
  const price = `(${figureText(Math.abs(penalty))})`;
  const [one, many] = NOUNS[name];
  if (percent !== 0) return `${figureText(Math.abs(percent))} % of ${many} ${price}`;
  // An unevenness that is not the worst one has no percentage of its own.
  if (name.toLowerCase().endsWith('evenness')) return `${many} ${price}`;
  return `${figureText(amount)} ${amount === 1 ? one : many} ${price}`;
}
