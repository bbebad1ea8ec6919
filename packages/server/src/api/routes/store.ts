import { gunzipSync } from 'node:zlib';
import { KeelsonError } from '@keelson/runtime';
import type { Change, Entry, WatchEvent } from '@keelson/store';
import { z } from 'zod';
import type { ServerContext } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { eventFrame, openEventStream } from '../../http/event-stream.ts';
import { securityHeaders } from '../../http/security-headers.ts';
import { type StoreChildren, type StoreEntry, storeChildrenSchema, storeEntrySchema } from '../schemas.ts';

const pathQuery: z.ZodType<{ path: string }, { path: string }> = z.object({ path: z.string().min(1).max(4_096) });

/** Most a compressed value may unfold to when shown, in bytes: a small value must not fill the memory. */
const MAX_UNFOLDED_BYTES = 64 * 1024 * 1024;

/** `/api/v1/store/…`: looking into the store, read only. */
export function registerStoreRoutes(app: App, context: ServerContext): void {
  app.get(
    '/api/v1/store/entries',
    { schema: { tags: ['store'], summary: 'One entry', querystring: pathQuery, response: { 200: storeEntrySchema } } },
    async (request): Promise<StoreEntry> => {
      const { path } = request.query;
      const entry = await context.store.get(path);
      if (entry === undefined)
        throw new KeelsonError(
          'E_NOT_FOUND',
          `The store has no entry at ${path}. \`keelson store ls\` lists what is there.`,
        );
      return readable(entry);
    },
  );
  app.get(
    '/api/v1/store/children',
    {
      schema: {
        tags: ['store'],
        summary: 'Names below a path',
        querystring: pathQuery,
        response: { 200: storeChildrenSchema },
      },
    },
    async (request): Promise<StoreChildren> => ({
      path: request.query.path,
      children: await context.store.children(request.query.path),
    }),
  );
  app.get(
    '/api/v1/store/watch',
    {
      exposeHeadRoute: false,
      schema: {
        tags: ['store'],
        summary: 'Changes at and below a path, as server-sent events',
        querystring: pathQuery,
      },
    },
    async (request, reply) => {
      const after = resumeRevision(context, request.headers['last-event-id']);
      const ended = new AbortController();
      const watch = context.store.watch(request.query.path, {
        recursive: true,
        signal: ended.signal,
        ...(after === undefined ? {} : { afterRevision: after }),
      });
      reply.hijack();
      const stream = openEventStream(reply.raw, {
        runtime: context.runtime,
        headers: securityHeaders,
        heartbeat: () => ': alive\n\n',
      });
      const end = (): void => {
        ended.abort();
        stream.end();
      };
      stream.closed.addEventListener('abort', end, { once: true });
      context.stopping.addEventListener('abort', end, { once: true });
      try {
        for await (const event of watch) {
          // The store bounds what a slow reader leaves waiting, and sends it a new snapshot: so wait here.
          if (stream.send(frames(event))) await drained(stream);
          else break;
        }
      } catch (error) {
        context.runtime.logger.warn({ error }, 'watch of the store ended');
      } finally {
        context.stopping.removeEventListener('abort', end);
        end();
      }
    },
  );
}

function resumeRevision(context: ServerContext, id: string | string[] | undefined): bigint | undefined {
  return typeof id === 'string' && /^\d{1,18}$/.test(id) && context.store.capabilities.history ? BigInt(id) : undefined;
}

function drained(stream: { onceDrained(run: () => void): void; readonly closed: AbortSignal }): Promise<void> {
  return new Promise((resolve) => {
    stream.onceDrained(resolve);
    stream.closed.addEventListener('abort', () => resolve(), { once: true });
  });
}

function frames(event: WatchEvent): string {
  switch (event.type) {
    case 'snapshot': {
      const data = { reason: event.reason, revision: String(event.revision), entries: event.entries.map(readable) };
      return eventFrame({ id: String(event.revision), event: 'snapshot', data });
    }
    case 'changes':
      // Only the last change of a revision carries the id: resuming must not split a transaction.
      return event.changes
        .map((change, index) => changeFrame(change, index === event.changes.length - 1 ? event.revision : undefined))
        .join('');
    case 'progress':
      return eventFrame({ id: String(event.revision) });
    case 'interrupted':
      return eventFrame({ event: 'interrupted', data: { detail: event.error.message } });
  }
}

function changeFrame(change: Change, revision: bigint | undefined): string {
  const data =
    change.type === 'put' ? readable(change.entry) : { path: change.path, revision: String(change.revision) };
  return eventFrame({ ...(revision === undefined ? {} : { id: String(revision) }), event: change.type, data });
}

/** An entry as people can read it: text where it is text, compressed text unfolded, else base64. */
export function readable(entry: Entry): StoreEntry {
  return {
    path: entry.path,
    ...readableValue(entry.value),
    sizeBytes: entry.value.length,
    createRevision: String(entry.createRevision),
    modifyRevision: String(entry.modifyRevision),
    version: entry.version,
    owner: entry.owner ?? null,
  };
}

function readableValue(value: Uint8Array): Pick<StoreEntry, 'value' | 'encoding'> {
  if (value[0] === 0x1f && value[1] === 0x8b) {
    const text = unfolded(value);
    if (text !== undefined) return { value: text, encoding: 'gzip' };
  }
  const text = asText(value);
  return text === undefined
    ? { value: Buffer.from(value).toString('base64'), encoding: 'base64' }
    : { value: text, encoding: 'utf8' };
}

function unfolded(value: Uint8Array): string | undefined {
  try {
    return asText(gunzipSync(value, { maxOutputLength: MAX_UNFOLDED_BYTES }));
  } catch {
    return undefined; // not gzip after all, or too much of it: base64 shows it
  }
}

function asText(value: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return undefined;
  }
}
