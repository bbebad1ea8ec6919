import type { SimulatedWorld } from '../world.ts';

/** Entries of sessions below the recipes' root, where everybody has closed theirs. */
export async function leftBehind(world: SimulatedWorld): Promise<string[]> {
  const { entries } = await world.connect('looker').list('/coordination', { recursive: true });
  return entries.filter(({ owner }) => owner !== undefined).map(({ path }) => `${path} was left behind`);
}
