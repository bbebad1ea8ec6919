import { KeelsonError } from '@keelson/runtime';

/** Paths of a client as the server has them, and back. */
export class Chroot {
  readonly #prefix: string;

  /** `prefix`: `''` or `/segment…`. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The server's path. Throws `E_INVALID_PATH` for what is none. */
  outer(path: string): string {
    if (path === '/') return this.#prefix === '' ? '/' : this.#prefix;
    if (!path.startsWith('/') || path.endsWith('/') || path.includes('//') || path.includes('\0'))
      throw new KeelsonError('E_INVALID_PATH', `${JSON.stringify(path.slice(0, 100))} is no path of a node.`, {
        details: { path: path.slice(0, 100) },
      });
    return this.#prefix + path;
  }

  /** The client's path. A path outside the chroot, which only a server without access lists could show, stays as it is. */
  inner(path: string): string {
    if (this.#prefix === '') return path;
    if (path === this.#prefix) return '/';
    return path.startsWith(`${this.#prefix}/`) ? path.slice(this.#prefix.length) : path;
  }
}
