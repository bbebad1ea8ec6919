import { KeelsonError } from '@keelson/runtime';

/** `field=value` pairs as an object. */
export function parseAssignments(pairs: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const cut = pair.indexOf('=');
      if (cut < 1)
        throw new KeelsonError('E_INVALID_ARGUMENT', `${option} takes \`field=value\`, not \`${pair.slice(0, 100)}\`.`);
      return [pair.slice(0, cut), pair.slice(cut + 1)];
    }),
  );
}

/** Number of replicas: a whole number or `any`, one on every live instance. */
export function parseReplicas(text: string): number | 'ANY_LIVEINSTANCE' {
  if (text === 'any' || text === 'ANY_LIVEINSTANCE') return 'ANY_LIVEINSTANCE';
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  throw new KeelsonError(
    'E_INVALID_ARGUMENT',
    `--replicas takes a whole number or \`any\`, not \`${text.slice(0, 50)}\`.`,
  );
}

/** A JSON object out of a file. */
export function parseJsonObject(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new KeelsonError('E_INVALID_ARGUMENT', `${file} is not valid JSON: ${(cause as Error).message}.`, { cause });
  }
  throw new KeelsonError('E_INVALID_ARGUMENT', `${file} must hold one JSON object.`);
}

/** Any JSON value, given on the command line. */
export function parseJson(text: string, argument: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const message = `${argument} takes a JSON value, for example '{"a":1}' or '"text"', not \`${text.slice(0, 100)}\`.`;
    throw new KeelsonError('E_INVALID_ARGUMENT', message, { cause });
  }
}
