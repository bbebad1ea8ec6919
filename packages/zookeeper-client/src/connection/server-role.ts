import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { abortError, onAbort, type Runtime, withDeadline } from '@keelson/runtime';
import type { ServerAddress } from '../connect-string.ts';
import { openTls, type PeerAddress, type ZooKeeperTls } from './channel.ts';

/** What a server is in its ensemble; it keeps a connection only as long as it stays that. */
export type ServerRole = 'leader' | 'follower' | 'observer' | 'standalone';

/** How a server is reached to be asked. */
export interface RoleSource {
  readonly runtime: Runtime;
  /** As it was connected to: the name that its certificate has. */
  readonly server: ServerAddress;
  /** The very server, whatever its name stands for by now. */
  readonly peer: PeerAddress;
  readonly tls: ZooKeeperTls | undefined;
}

const ASK_TIMEOUT_MS = 2_000;

/** Pause before a server that did not say is asked again, in milliseconds. */
const ASK_AGAIN_MS = 60_000;

const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * The role of the server that one connection leads to. Nothing in the protocol tells it: the four-letter command `srvr` does, which servers answer
 * unless `4lw.commands.whitelist` leaves it out, on a connection of its own. Asked when it is first wanted.
 */
export class ServerRoleQuery {
  readonly #source: RoleSource | undefined;
  readonly #ended: AbortController = new AbortController();
  #role: ServerRole | undefined;
  #askAtMs = Number.NEGATIVE_INFINITY;

  /** Without a source nothing is asked, and nothing known. */
  constructor(source: RoleSource | undefined) {
    this.#source = source;
  }

  /** The role where it is known by now; the first question for it has it asked. */
  get role(): ServerRole | undefined {
    if (this.#role === undefined && this.#source !== undefined) this.#ask(this.#source);
    return this.#role;
  }

  /** The connection is gone, and with it what was known. */
  end(): void {
    this.#role = undefined;
    this.#ended.abort();
  }

  #ask(source: RoleSource): void {
    const nowMs = source.runtime.clock.monotonicMs();
    if (nowMs < this.#askAtMs || this.#ended.signal.aborted) return;
    this.#askAtMs = nowMs + ASK_AGAIN_MS;
    askServerRole(source, this.#ended.signal).then(
      (role) => {
        if (!this.#ended.signal.aborted) this.#role = role;
        if (role !== undefined) return;
        source.runtime.logger.info(
          { server: `${source.peer.host}:${source.peer.port}` },
          'the ZooKeeper server does not answer srvr: exact reads wait for a quorum',
        );
      },
      (error: unknown) => source.runtime.logger.debug({ error }, 'a ZooKeeper server was not asked for its role'),
    );
  }
}

/** Asks a server what it is; `undefined` where it answers something else. */
async function askServerRole(source: RoleSource, signal: AbortSignal): Promise<ServerRole | undefined> {
  const limits = { signal, timeoutMs: ASK_TIMEOUT_MS };
  const answer = await withDeadline(source.runtime, limits, ASK_TIMEOUT_MS, (within) => wholeAnswer(source, within));
  return roleIn(answer);
}

function roleIn(answer: string): ServerRole | undefined {
  const mode = /^Mode: (\w+)$/m.exec(answer)?.[1];
  return mode === 'leader' || mode === 'follower' || mode === 'observer' || mode === 'standalone' ? mode : undefined;
}

function wholeAnswer(source: RoleSource, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = open(source);
    let answer = '';
    const removeListener = onAbort(signal, (tripped) => socket.destroy(abortError(tripped)));
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
      if (answer.length > MAX_ANSWER_BYTES) socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      removeListener();
      resolve(answer);
    });
    socket.write('srvr');
  });
}

function open({ server, peer, tls }: RoleSource): Socket {
  if (tls === undefined) return connectTcp(peer);
  const named = tls.serverName ?? (isIP(server.host) === 0 ? server.host : undefined);
  return openTls(peer.host, peer.port, named === undefined ? tls : { ...tls, serverName: named });
}
