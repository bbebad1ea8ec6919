/** How somebody stands in a queue: alone, beside others of the same kind, or for one of n permits. */
export type QueueMode = 'exclusive' | 'shared' | 'permit';

/** One place in a queue, as its entry's name tells it. */
export interface QueueName {
  /** The whole last segment. */
  readonly name: string;
  readonly mode: QueueMode;
  /** Chosen by whoever entered, so that it knows its entry again when the reply to the creation is lost. */
  readonly nonce: string;
  /** Decides the order; given out by the store. */
  readonly sequence: number;
}

const LETTERS: Readonly<Record<QueueMode, string>> = { exclusive: 'x', shared: 's', permit: 'p' };
const MODES: Readonly<Record<string, QueueMode>> = { x: 'exclusive', s: 'shared', p: 'permit' };
const SHAPE = /^([xsp])-([0-9a-f]{16})-(\d{10,19})$/;

/** What a name begins with; the store appends the sequence number. */
export const queuePrefix = (mode: QueueMode, nonce: string): string => `${LETTERS[mode]}-${nonce}-`;

/** The parts of a name; `undefined` for a name that is not of the layout. */
export function parseQueueName(name: string): QueueName | undefined {
  const [, letter = '', nonce = '', digits = ''] = SHAPE.exec(name) ?? [];
  const mode = MODES[letter];
  return mode === undefined ? undefined : { name, mode, nonce, sequence: Number(digits) };
}

/** The places of a queue in their order; names that are not of the layout are passed over. */
export function queueOrder(names: readonly string[]): readonly QueueName[] {
  const places = names.map(parseQueueName).filter((place) => place !== undefined);
  return places.sort((a, b) => a.sequence - b.sequence);
}
