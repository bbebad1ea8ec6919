import { useComputedColorScheme } from '@mantine/core';
import type { Scheme } from '../matrix/palette.ts';

/** The colour scheme in effect: the chosen one, or the system's. */
export function useScheme(): Scheme {
  return useComputedColorScheme('light', { getInitialValueInEffect: false });
}
