/** A server that tests may need. */
export type ServerName = 'etcd-3.7' | 'etcd-3.4' | 'zookeeper' | 'zookeeper-3.9' | 'chromium' | 'etcd-benchmark';

/** One line of the table of servers. */
export interface ServerKind {
  /** What people call it. */
  readonly title: string;
  /** Debian's packages that bring it; none where it comes through Go or Maven. */
  readonly packages: readonly string[];
  /** Its files on this machine, `undefined` for each that is missing. */
  files(): Readonly<Record<string, string | undefined>>;
}

export const ETCD_VERSION: string;
export const ETCD_BENCHMARK_VERSION: string;
export const ZOOKEEPER_VERSION: string;
export const servers: Readonly<Record<ServerName, ServerKind>>;
export function serverCacheDirectory(): string;
export function findExecutable(...candidates: readonly string[]): string | undefined;
export function isServerInstalled(name: ServerName): boolean;
