import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Election, Group, Lock, QueuePlace, TopicEvent } from '../app/api/coordination-types.ts';

const place = (id: string, owner: string, reason: string | null = null): QueuePlace => ({
  id,
  mode: 'exclusive',
  fencingToken: '41',
  session: `session of ${owner}`,
  owner,
  host: 'host-1',
  pid: 7,
  reason,
  enteredAtMs: 1,
  grantedAtMs: null,
});

/** What the recipes of coordination hold, as a server would tell it. */
export class FakeCoordination {
  locks: readonly Lock[] = [
    {
      name: 'invoices',
      kind: 'lock',
      permits: 1,
      holders: [place('x-1', 'billing', 'nightly run')],
      waiting: [place('x-2', 'reports')],
    },
  ];
  readonly elections: readonly Election[] = [
    { name: 'scheduler', term: 3, leader: place('e-1', 'backup'), candidates: [] },
  ];
  readonly groups: readonly Group[] = [
    { name: 'web', members: [{ name: 'web-1', host: 'host-1', pid: 8, joinedAtMs: 1 }] },
  ];
  readonly events: TopicEvent[] = [{ topic: 'orders', sequence: 1, payload: { order: 7 }, publisher: 'shop', atMs: 1 }];
  /** Who broke what, and why, in the words of the request. */
  readonly broken: { readonly name: string; readonly by: string; readonly reason: string }[] = [];
  readonly #streams = new Set<ServerResponse>();

  /** Publishes to whoever follows. */
  publish(payload: unknown): void {
    const event = { topic: 'orders', sequence: this.events.length + 1, payload, publisher: 'shop', atMs: 1 };
    this.events.push(event);
    for (const stream of this.#streams) stream.write(frame(event));
  }

  /** Answers what is asked of it; gives `undefined` where that is not its own. */
  async answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<unknown> {
    const [kind, name, action] = url.pathname.split('/').slice(3).map(decodeURIComponent);
    if (kind === 'locks' && action === 'break') return await this.#break(request, name ?? '');
    if (kind === 'locks') return { locks: this.locks.filter((lock) => lock.kind === url.searchParams.get('kind')) };
    if (kind === 'elections') return { elections: this.elections };
    if (kind === 'groups') return { groups: this.groups };
    if (kind === 'topics' && action === 'events') return this.#stream(response);
    return kind === 'topics' ? { topics: ['orders'] } : undefined;
  }

  async #break(request: IncomingMessage, name: string): Promise<unknown> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { by, reason } = JSON.parse(Buffer.concat(chunks).toString()) as { by: string; reason: string };
    this.broken.push({ name, by, reason });
    this.locks = this.locks.map((lock) => ({ ...lock, holders: lock.waiting, waiting: [] }));
    return { broken: [] };
  }

  #stream(response: ServerResponse): 'streaming' {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    for (const event of this.events) response.write(frame(event));
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
    return 'streaming';
  }
}

const frame = (event: TopicEvent): string => `id: ${event.sequence}\nevent: event\ndata: ${JSON.stringify(event)}\n\n`;
