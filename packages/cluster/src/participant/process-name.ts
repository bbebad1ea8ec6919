import { hostname } from 'node:os';

/** How this process is called in a live instance: `pid@host`, as Java's virtual machine calls itself. */
export function processName(): string {
  return `${process.pid}@${hostname()}`;
}
