import { type CallOptions, isKeelsonError, KeelsonError, retry, systemRuntime, withDeadline } from '@keelson/runtime';
import { linkOptionsOf, type ZooKeeperClientOptions } from './client-options.ts';
import { parseConnectString } from './connect-string.ts';
import { Channel } from './connection/channel.ts';
import { readReplyHeader } from './connection/handshake.ts';
import { attemptFailed, nextAttempt, shuffledOrder, triedAll } from './session/server-order.ts';
import { attemptLimitMs } from './session/session-clock.ts';
import type { LinkOptions, SessionCredentials } from './session/session-link.ts';
import { JuteReader, malformed } from './wire/jute-reader.ts';
import { JuteWriter } from './wire/jute-writer.ts';
import { OpCode } from './wire/op-code.ts';
import { readConnectResponse, writeConnectRequest } from './wire/records.ts';
import { ResultCode, resultError } from './wire/result-code.ts';

/** Pause bounds between rounds in which every server was tried, in milliseconds. */
const RETRY = { attempts: Number.POSITIVE_INFINITY, baseMs: 20, capMs: 500 };

/** Largest answer taken, in bytes. Both are small; what claims to be larger is no ZooKeeper. */
const MAX_ANSWER_BYTES = 64 * 1024;

const CLOSE_XID = 1;

/** What is needed to end a session: where the ensemble is, and the session. Credentials are not: who has the password may end it. */
export interface EndSessionOptions
  extends CallOptions,
    Pick<ZooKeeperClientOptions, 'connectString' | 'tls' | 'runtime'> {
  readonly session: SessionCredentials;
  /** The session's time-out, in milliseconds, as it was asked for. Default 10,000. */
  readonly sessionTimeoutMs?: number;
}

/**
 * Ends a session of somebody else, whose nodes go with it. Only to be used where its owner is certainly dead: an owner that
 * lives learns of it when it has already lost everything. A session that has ended already is no failure. Tries again while the ensemble is out of
 * reach, for `timeoutMs` (default 5,000): `E_TIMEOUT`.
 *
 * It takes two round trips: the session is taken up and closed by one message on a connection of its own.
 */
export async function endSession(options: EndSessionOptions): Promise<void> {
  const { runtime = systemRuntime(), connectString, session } = options;
  const link = linkOptionsOf(options, parseConnectString(connectString).servers, runtime);
  let order = shuffledOrder(link.servers.length, runtime.random);
  await withDeadline(runtime, options, 5_000, (signal) =>
    retry(runtime, { ...RETRY, signal }, async () => {
      for (;;) {
        const { order: next, server } = nextAttempt(order, 0);
        order = next;
        try {
          return await endAt(link, server, session, signal);
        } catch (error) {
          if (!isKeelsonError(error) || !error.retryable) throw error;
          order = attemptFailed(order);
          if (signal.aborted || triedAll(order)) throw error;
        }
      }
    }),
  );
}

async function endAt(link: LinkOptions, at: number, session: SessionCredentials, signal: AbortSignal): Promise<void> {
  const { servers, sessionTimeoutMs, handshake } = link;
  const server = servers[at];
  if (server === undefined) throw new KeelsonError('E_INTERNAL', `There is no server ${at}.`);
  let channel: Channel | undefined;
  try {
    const timeoutMs = attemptLimitMs(sessionTimeoutMs, servers.length, true);
    await withDeadline(handshake.runtime, { signal, timeoutMs }, timeoutMs, () => {
      const answered = new Promise<void>((resolve, reject) => {
        channel = new Channel(server, handshake.tls, MAX_ANSWER_BYTES, answers(resolve, reject));
      });
      // A server looks at nothing behind the request for a session before that is settled: the two need not wait for each other.
      channel?.whenOpen(() => channel?.write(bothRequests(session, sessionTimeoutMs)));
      return answered;
    });
  } finally {
    channel?.destroy(new KeelsonError('E_CLOSED', 'The session was ended, or another server is tried.'));
  }
}

function bothRequests({ id, password }: SessionCredentials, timeoutMs: number): Buffer {
  const writer = new JuteWriter(MAX_ANSWER_BYTES);
  writer.frame((body) => writeConnectRequest(body, { lastZxidSeen: 0n, timeoutMs, sessionId: id, password }));
  writer.frame((body) => {
    body.int(CLOSE_XID);
    body.int(OpCode.closeSession);
  });
  return writer.take();
}

/** Listens for the two answers, in their order. A session that is over was ended by somebody else. */
function answers(resolve: () => void, reject: (error: unknown) => void): ConstructorParameters<typeof Channel>[3] {
  let taken = false;
  return {
    onFrame: (frame) => {
      const reader = new JuteReader(frame);
      if (!taken) {
        const { timeoutMs, readOnly } = readConnectResponse(reader);
        taken = true;
        if (timeoutMs <= 0) resolve();
        else if (readOnly) reject(new KeelsonError('E_UNAVAILABLE', 'The server is read-only: it has no quorum.'));
        return;
      }
      const { xid, code } = readReplyHeader(reader);
      if (xid < 0) return;
      if (xid !== CLOSE_XID) throw malformed(`a reply to request ${xid}, which was not sent`);
      if (code === ResultCode.ok || code === ResultCode.sessionExpired) resolve();
      else reject(resultError(code, 'closeSession', undefined));
    },
    onPause: () => {},
    onClosed: reject,
  };
}
