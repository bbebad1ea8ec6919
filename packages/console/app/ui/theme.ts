import {
  createTheme,
  type MantineColorScheme,
  type MantineColorSchemeManager,
  type MantineThemeOverride,
} from '@mantine/core';

/** Where the chosen colour scheme is kept; the same as in `public/color-scheme.js`. */
const KEY = 'keelson-color-scheme';

/** Look of the component library; its variables stand in `styles/`, as the content policy forbids made-up style elements. */
export const theme: MantineThemeOverride = createTheme({ respectReducedMotion: true });

/** Keeps the chosen scheme in the browser, where it allows that. */
export function schemeManager(): MantineColorSchemeManager {
  return {
    get: (fallback) => readScheme() ?? fallback,
    set: (value) => storage((store) => store.setItem(KEY, value)),
    subscribe: () => undefined,
    unsubscribe: () => undefined,
    clear: () => storage((store) => store.removeItem(KEY)),
  };
}

function readScheme(): MantineColorScheme | undefined {
  const value = storage((store) => store.getItem(KEY));
  return value === 'light' || value === 'dark' || value === 'auto' ? value : undefined;
}

function storage<T>(use: (store: Storage) => T): T | undefined {
  try {
    return use(localStorage);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
    return undefined;
  }
}
