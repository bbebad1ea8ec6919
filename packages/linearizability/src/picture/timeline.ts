import type { Failure } from '../check/verdict.ts';
import { describeOperation, describeState } from '../describe.ts';
import { endOf, type Operation } from '../history/operation.ts';
import type { Specification } from '../specification.ts';

/** What an operation is in the picture: `failing` ones cannot be explained together, at the `stuck` one it ends, `context` only ran beside. */
export type BarRole = 'failing' | 'stuck' | 'context';

/** One operation, placed. */
export interface Bar {
  readonly label: string;
  readonly client: string;
  readonly role: BarRole;
  readonly row: number;
  readonly left: number;
  /** Where it ends; the edge of the picture where it may still take effect. */
  readonly right: number;
  readonly openEnd: boolean;
  /** Its place in the longest order that the specification allows, from 1; undefined where it is not in it. */
  readonly place: number | undefined;
  readonly invokedAt: number;
  /** Undefined: nobody knows. */
  readonly endedAt: number | undefined;
  readonly returned: boolean;
}

/** A picture as numbers: for the SVG, the HTML, or a drawing of your own. Lengths are pixels. */
export interface Timeline {
  readonly specification: string;
  readonly keys: readonly string[];
  readonly bars: readonly Bar[];
  /** Client of each row; a client whose operations overlap has several. */
  readonly rows: readonly string[];
  readonly width: number;
  /** What the object may have been when it got stuck. */
  readonly states: readonly string[];
  /** What it got stuck at. */
  readonly stuck: string;
  readonly minimal: boolean;
}

const CHARACTER = 7.3;
const BAR_PADDING = 34;
const GAP = 14;
const LONGEST_LABEL = 44;

/** Lays out a failing part. The axis shows the order of invocations and returns, not durations: so that short and long ones can both be read. */
export function timelineOf<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  failure: Failure<State, Input, Output>,
): Timeline {
  const shown = [...failure.operations, ...failure.context].sort((a, b) => a.invokedAt - b.invokedAt);
  const failing = new Set(failure.operations);
  const { order, stuck, states } = failure.smallest;
  const labels = new Map(shown.map((operation) => [operation, shorten(describeOperation(specification, operation))]));
  const columns = layColumns(shown, labels);
  const rows = new Rows();
  const clients = [...new Set(shown.map(({ client }) => String(client)))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const placed = clients.flatMap((client) =>
    shown.filter((operation) => String(operation.client) === client).map((operation) => ({ client, operation })),
  );
  const bars = placed.map(({ client, operation }): Bar => {
    const { left, right } = columns.spans.get(operation) ?? { left: 0, right: 0 };
    const role = operation === stuck ? 'stuck' : failing.has(operation) ? 'failing' : 'context';
    const end = endOf(operation);
    const place = order.indexOf(operation) + 1;
    return {
      label: labels.get(operation) ?? '',
      client,
      role,
      row: rows.place(client, left, right),
      left,
      right,
      openEnd: end === Number.POSITIVE_INFINITY,
      place: place === 0 ? undefined : place,
      invokedAt: operation.invokedAt,
      endedAt: end === Number.POSITIVE_INFINITY ? undefined : end,
      returned: operation.outcome === 'returned',
    };
  });
  return {
    specification: specification.name,
    keys: failure.keys,
    bars,
    rows: rows.clients,
    width: columns.width,
    states: states.map((state) => describeState(specification, state)),
    stuck: describeOperation(specification, stuck),
    minimal: failure.minimal,
  };
}

const shorten = (text: string): string =>
  text.length <= LONGEST_LABEL ? text : `${text.slice(0, LONGEST_LABEL - 1)}…`;

/** Every invocation and return gets a column of its own, so far to the right that each label fits into its bar. */
function layColumns(
  shown: readonly Operation<unknown, unknown>[],
  labels: ReadonlyMap<Operation<unknown, unknown>, string>,
): { spans: Map<Operation<unknown, unknown>, { left: number; right: number }>; width: number } {
  const events = shown
    .flatMap((operation) => [
      { operation, at: operation.invokedAt, isEnd: false },
      { operation, at: endOf(operation), isEnd: true },
    ])
    .sort((a, b) => (a.at === b.at ? Number(a.isEnd) - Number(b.isEnd) : a.at < b.at ? -1 : 1));
  const lefts = new Map<Operation<unknown, unknown>, number>();
  const spans = new Map<Operation<unknown, unknown>, { left: number; right: number }>();
  let x = 0;
  for (const { operation, isEnd } of events) {
    x += GAP;
    const left = lefts.get(operation);
    if (!isEnd || left === undefined) {
      lefts.set(operation, x);
      continue;
    }
    x = Math.max(x, left + (labels.get(operation)?.length ?? 0) * CHARACTER + BAR_PADDING);
    spans.set(operation, { left, right: x });
  }
  // What nobody knows the end of runs to the edge.
  for (const [operation, { left }] of spans) {
    if (endOf(operation) === Number.POSITIVE_INFINITY) spans.set(operation, { left, right: x + GAP });
  }
  return { spans, width: x + 2 * GAP };
}

/** Rows of the picture, client after client. */
class Rows {
  readonly clients: string[] = [];
  readonly #ends: number[] = [];

  /** The first row of the client that is free at `left`. */
  place(client: string, left: number, right: number): number {
    const free = this.clients.findIndex((name, row) => name === client && (this.#ends[row] ?? 0) < left);
    const row = free === -1 ? this.clients.push(client) - 1 : free;
    this.#ends[row] = right;
    return row;
  }
}
