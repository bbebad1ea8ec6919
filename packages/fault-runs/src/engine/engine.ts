import type { PeerNetwork } from '@keelson/testing';

/** One server process of an engine. */
export interface FaultMember {
  /** Port on which clients reach it, without any proxy. */
  readonly port: number;
  /** SIGSTOP. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** SIGKILL; its data stay. */
  kill(): Promise<void>;
  /** Starts it again and waits until it serves. */
  restart(): Promise<void>;
}

/** A member of an ensemble as faults strike it, by the port on which clients reach it. */
export function faultMember(port: number, member: Omit<FaultMember, 'port'>): FaultMember {
  return {
    port,
    pause: () => member.pause(),
    resume: () => member.resume(),
    kill: () => member.kill(),
    restart: () => member.restart(),
  };
}

/** What the servers keep for clients, by kind: sessions, watches and so on. */
export type Holdings = Readonly<Record<string, number>>;

/** A store under test: real server processes. */
export interface FaultEngine extends AsyncDisposable {
  readonly name: string;
  readonly members: readonly FaultMember[];
  /** The ways between members; absent where there is one member alone. */
  readonly network?: PeerNetwork;
  /** The address of a store for clients that reach the members on these ports. */
  url(ports: readonly number[]): string;
  /** Which member leads now; undefined where none is known to. */
  leader(): Promise<number | undefined>;
  /** Whether every member is there and follows one leader. */
  whole(): Promise<boolean>;
  /** What the servers keep for clients now. */
  holdings(): Promise<Holdings>;
  /** How long past its ttl a session may live, in milliseconds. */
  readonly expiryLagMs: number;
  /** Forgets the history up to now; absent where there is none. */
  compact?(): Promise<void>;
  /** Fills the disk quota until writes are refused, waits `lastsMs`, and makes room again; absent where there is no quota. */
  fillDisk?(lastsMs: number): Promise<void>;
}
