import { parseArgs } from 'node:util';
import { KeelsonError } from '@keelson/runtime';

/**
 * The flags of an entry point: `--name value`, each of `defaults`; one whose default is `undefined` must be given.
 *
 * @throws E_INVALID_ARGUMENT with one sentence for the user.
 */
export function parseFlags<K extends string>(
  argv: readonly string[],
  defaults: Readonly<Record<K, string | undefined>>,
): Record<K, string> {
  const names = Object.keys(defaults) as K[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  let given: Record<string, string | boolean | undefined>;
  try {
    given = parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (cause) {
    throw new KeelsonError('E_INVALID_ARGUMENT', cause instanceof Error ? cause.message : String(cause), { cause });
  }
  const flags = {} as Record<K, string>;
  for (const name of names) {
    const value = given[name] ?? defaults[name];
    if (typeof value !== 'string') throw new KeelsonError('E_INVALID_ARGUMENT', `--${name} is missing.`);
    flags[name] = value;
  }
  return flags;
}

/** A flag that is a number of at least `least`. */
export function numberFlag(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least)
    throw new KeelsonError('E_INVALID_ARGUMENT', `--${name} must be a number from ${least}, not "${text}".`);
  return value;
}
