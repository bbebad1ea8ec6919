/** Who takes part, for people who look: shown beside every lock, candidacy and membership; decides nothing. */
export interface Identity {
  /** Name of the program or person. Default: the session's id. */
  readonly owner: string;
  /** Name of the machine. Default: what the operating system says; `browser` where there is none. */
  readonly host: string;
  /** Process id, where there is one. */
  readonly pid?: number;
}

/** The identity of this process. */
export function identityOf(owner: string, given: { readonly host?: string; readonly pid?: number }): Identity {
  // Not an import of node:os: the recipes run in browsers too.
  const world: Partial<NodeJS.Process> | undefined = globalThis.process;
  const host = given.host ?? world?.getBuiltinModule?.('node:os').hostname() ?? 'browser';
  const pid = given.pid ?? world?.pid;
  return pid === undefined ? { owner, host } : { owner, host, pid };
}
