import { Agent, type IncomingMessage, request } from 'node:http';
import { type Runtime, withDeadline } from '@keelson/runtime';

/** A client's way to the fencing resource. */
export interface Resource {
  /** The resource's clock, now, in milliseconds; off by no more than `errorMs`. */
  nowMs(): number;
  /** How far `nowMs` may be off. */
  readonly errorMs: number;
  /** Sends a write and says whether it was taken. Rejects where nobody answers in time. */
  write(thing: string, owner: string, token: bigint): Promise<boolean>;
  /** Closes its connections. */
  close(): void;
}

const TIMEOUT_MS = 3_000;
const SAMPLES = 20;

/** Connects to the resource and learns its clock: both count the same monotonic time of one machine, from other zeros. */
export async function connectResource(port: number, runtime: Runtime): Promise<Resource> {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  const ask = (path: string, method: string): Promise<{ readonly status: number | undefined; readonly body: string }> =>
    withDeadline(runtime, {}, TIMEOUT_MS, async (signal) => {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request({ host: '127.0.0.1', port, path, method, agent, signal }, resolve).once('error', reject).end();
      });
      let body = '';
      for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
      return { status: response.statusCode, body };
    });
  let best = { roundMs: Number.POSITIVE_INFINITY, offsetMs: 0 };
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const sentMs = runtime.clock.monotonicMs();
    const theirsMs = Number((await ask('/clock', 'GET')).body);
    const roundMs = runtime.clock.monotonicMs() - sentMs;
    if (roundMs < best.roundMs) best = { roundMs, offsetMs: theirsMs - sentMs - roundMs / 2 };
  }
  return {
    nowMs: () => runtime.clock.monotonicMs() + best.offsetMs,
    errorMs: best.roundMs / 2,
    write: async (thing, owner, token) => {
      const query = new URLSearchParams({ thing, owner, token: String(token) });
      return (await ask(`/write?${query.toString()}`, 'POST')).status === 204;
    },
    close: () => agent.destroy(),
  };
}
