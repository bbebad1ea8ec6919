import { decodeRecord, Message, type ZNRecord } from '../src/model/index.ts';

/** One write of a participant, from a recording or from our own. */
export interface ParticipantWrite {
  readonly op: 'create' | 'set' | 'delete';
  /** Below the cluster's root, e.g. `/INSTANCES/a_1/HISTORY`. */
  readonly path: string;
  readonly value: Uint8Array;
}

/**
 * What the writes of one participant say, by scope: its life (`life`), a resource (`db`), a replica (`db/db_0`). Ids, times,
 * sessions and process names are left out; within a scope the order is that of the writes. Helix gives no order between scopes.
 */
export type Facts = ReadonlyMap<string, readonly string[]>;

const show = (fields: Readonly<Record<string, string>>): string =>
  Object.keys(fields)
    .sort()
    .map((key) => `${key}=${fields[key]}`)
    .join(' ');

const VOLATILE = new Set(['SESSION_ID', 'LIVE_INSTANCE', 'LAST_OFFLINE_TIME', 'START_TIME', 'END_TIME']);
/** What we write besides (docs/decisions/0005). */
const OURS = new Set(['FENCING_TOKEN']);

function steady(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept = Object.entries(fields).filter(([key]) => !OURS.has(key));
  const failed = fields.CURRENT_STATE === 'ERROR';
  return Object.fromEntries(
    kept.map(([key, value]) => [key, VOLATILE.has(key) || (failed && key === 'INFO') ? '*' : value]),
  );
}

/** Reads the writes of `instance`, in order, as facts. */
export class FactReader {
  readonly #instance: string;
  readonly #facts = new Map<string, string[]>();
  readonly #states = new Map<string, ZNRecord>();
  readonly #messages = new Map<string, Message>();

  constructor(instance: string) {
    this.#instance = instance;
  }

  get facts(): Facts {
    return this.#facts;
  }

  /** A message that somebody wrote for the participant, so that its deletion can be named. */
  sent(path: string, value: Uint8Array): void {
    const record = decodeRecord(value);
    if (record !== undefined) this.#messages.set(path, new Message(record));
  }

  wrote(write: ParticipantWrite): void {
    const own = `/INSTANCES/${this.#instance}/`;
    const [folder = '', ...rest] = write.path.startsWith(own) ? write.path.slice(own.length).split('/') : [];
    if (folder === 'MESSAGES') this.#message(write);
    else if (folder === 'CURRENTSTATES' && rest.length > 0) this.#currentState(write, rest);
    else this.#life(write);
  }

  #note(scope: string, fact: string): void {
    const facts = this.#facts.get(scope);
    if (facts === undefined) this.#facts.set(scope, [fact]);
    else facts.push(fact);
  }

  #life(write: ParticipantWrite): void {
    const record = decodeRecord(write.value);
    const fields = record === undefined ? '' : show(steady(record.simpleFields));
    const lists = Object.entries(record?.listFields ?? {}).map(([key, list]) => `${key}×${list.length}`);
    // Helix creates the history empty and sets an empty record after; we write that at once.
    if (write.op === 'set' && fields === '' && lists.length === 0) return;
    this.#note('life', [write.op, write.path, fields, ...lists].join(' ').trim());
  }

  #message(write: ParticipantWrite): void {
    const message = this.#messages.get(write.path);
    if (message === undefined || message.type === 'NO_OP') return;
    const hop = `${message.fromState}-${message.toState}`;
    for (const partition of message.partitions) {
      const scope = `${message.resource}/${partition}`;
      if (write.op === 'delete') this.#note(scope, `message ${hop} deleted`);
      else this.#note(scope, `message ${hop} ${new Message(decodeRecord(write.value) ?? message.record).state}`);
    }
  }

  #currentState(write: ParticipantWrite, [, resource, bucket]: readonly string[]): void {
    // A session's folder is an entry only where the engine has folders.
    if (resource === undefined) return;
    const before = this.#states.get(write.path);
    const after = write.op === 'delete' ? undefined : decodeRecord(write.value);
    if (after === undefined) this.#states.delete(write.path);
    else this.#states.set(write.path, after);
    const where = bucket === undefined ? 'current state' : `bucket ${bucket}`;
    if (before === undefined && after !== undefined) {
      this.#note(resource, `${where} created ${show(steady(after.simpleFields))}`);
    }
    this.#replicas(resource, before, after);
    if (after === undefined) this.#note(resource, `${where} deleted`);
  }

  #replicas(resource: string, before: ZNRecord | undefined, after: ZNRecord | undefined): void {
    for (const partition of new Set([
      ...Object.keys(before?.mapFields ?? {}),
      ...Object.keys(after?.mapFields ?? {}),
    ])) {
      const was = before?.mapFields[partition];
      const is = after?.mapFields[partition];
      if (is === undefined) this.#note(`${resource}/${partition}`, 'gone');
      else if (was === undefined || show(was) !== show(is)) this.#note(`${resource}/${partition}`, show(steady(is)));
    }
  }
}
