import type { TcpProxy } from '@keelson/testing';

/** One server process of an engine. */
export interface FaultMember {
  /** Port on which clients reach it, without any proxy. */
  readonly port: number;
  /** In front of where its peers reach it; absent where it has none. What it asks of its peers itself does not pass here. */
  readonly peerProxy?: TcpProxy;
  /** SIGSTOP. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** SIGKILL; its data stay. */
  kill(): Promise<void>;
  /** Starts it again and waits until it serves. */
  restart(): Promise<void>;
}

/** A store under test: real server processes. */
export interface FaultEngine extends AsyncDisposable {
  readonly name: string;
  readonly members: readonly FaultMember[];
  /** The address of a store for clients that reach the members on these ports. */
  url(ports: readonly number[]): string;
  /** Which member leads now; undefined where none is known to. */
  leader(): Promise<number | undefined>;
  /** How long past its ttl a session may live, in milliseconds. */
  readonly expiryLagMs: number;
  /** Forgets the history up to now; absent where there is none. */
  compact?(): Promise<void>;
  /** Fills the disk quota until writes are refused, waits `lastsMs`, and makes room again; absent where there is no quota. */
  fillDisk?(lastsMs: number): Promise<void>;
}
