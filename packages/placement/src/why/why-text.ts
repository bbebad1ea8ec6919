import type { Candidate } from './candidates.ts';
import type { Why } from './why.ts';

/** Below this two penalties are the same. */
const DUST = 1e-9;

/** The gist of an explanation as one sentence. */
export function whyText(why: Omit<Why, 'text'>): string {
  const { asked } = why;
  if (why.node === undefined) return unplacedText(why);
  if (asked !== undefined) return `${askedText(why, asked)}.`;
  return `${hereText(why, why.node)}; ${elsewhereText(why)}.`;
}

const subject = ({ role, resource, partition }: Pick<Why, 'role' | 'resource' | 'partition'>): string =>
  `${role} of ${resource}/${partition}`;

function askedText(why: Omit<Why, 'text'>, asked: Candidate): string {
  if (!asked.feasible) return `${subject(why)} stands on ${why.node}, not on ${asked.node}: ${asked.text}`;
  const verb = asked.by === 'exchange' ? `exchanging roles with ${asked.node}` : `moving it to ${asked.node}`;
  return `${subject(why)} stands on ${why.node}: ${verb} ${asked.text}`;
}

/** How it came to stand here. */
function hereText(why: Omit<Why, 'text'>, node: string): string {
  const what = subject(why);
  if (why.today === why.role) return `${what} stays on ${node}`;
  if (why.today !== undefined) return `${what} stays on ${node}, where it was ${why.today}`;
  const reasons = why.left.map(({ node: from, candidate }) =>
    candidate.feasible
      ? `from ${from}, where staying ${candidate.text}`
      : `as it cannot stay on ${from} (${candidate.text})`,
  );
  return reasons.length === 0 ? `${what} is placed on ${node}` : `${what} goes to ${node} ${reasons.join(' and ')}`;
}

/** What the best other place would mean. */
function elsewhereText({ candidates }: Pick<Why, 'candidates'>): string {
  const others = candidates.filter(({ by }) => by !== 'here');
  const open = others.filter(({ feasible }) => feasible);
  const best = open[0];
  if (best === undefined) {
    const nearest = others[0];
    return nearest === undefined
      ? 'there is no other node'
      : `no other node may take it, ${nearest.node} for one: ${nearest.text}`;
  }
  const gain = best.difference?.penalty ?? 0;
  const which = `of ${open.length} other feasible ${open.length === 1 ? 'place' : 'places'} the best, ${best.node},`;
  // A larger budget, or moves of several replicas at once, may find what one look around sees.
  return `${which} ${best.text}${gain < -DUST ? ', which a larger budget may find' : ''}`;
}

function unplacedText(why: Omit<Why, 'text'>): string {
  const nearest = why.asked ?? why.candidates[0];
  if (nearest === undefined) return `${subject(why)} has no place: there are no nodes.`;
  if (nearest.feasible) return `${subject(why)} has no place yet, ${nearest.node} would take it.`;
  return `${subject(why)} has no place; ${nearest.node}: ${nearest.text}.`;
}
