import { integerText, type SimpleFields } from './record.ts';

/** Amounts by capacity key: room of an instance, or weight of a partition. Whole numbers, never negative. */
export type Capacities = ReadonlyMap<string, number>;

/** The amounts that can be read; a key whose value is no whole number from 0 up counts as not given. */
export function capacitiesOf(fields: SimpleFields | undefined): Capacities {
  const amounts = new Map<string, number>();
  for (const [key, text] of Object.entries(fields ?? {})) {
    const amount = integerText(text, -1);
    if (amount >= 0) amounts.set(key, amount);
  }
  return amounts;
}

/** Amounts from a JSON object in a string, as PARTITION_CAPACITY_MAP has them; none where it cannot be read. */
export function capacitiesOfJson(text: string | undefined): Capacities {
  if (text === undefined) return new Map();
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return new Map();
    return capacitiesOf(Object.fromEntries(Object.entries(parsed).map(([key, amount]) => [key, String(amount)])));
  } catch {
    return new Map();
  }
}

/** `defaults` with `own` laid over. */
export function overlaid(defaults: Capacities, own: Capacities): Capacities {
  return own.size === 0 ? defaults : new Map([...defaults, ...own]);
}
