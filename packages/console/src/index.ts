import { fileURLToPath } from 'node:url';

/** Folder of the built console (`index.html` and its assets), for a server to serve as it is. */
export const consoleDirectory: string = fileURLToPath(new URL('../assets/', import.meta.url));
