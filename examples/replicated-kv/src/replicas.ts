import { Journal, type JournalLine } from './journal.ts';
import type { AppendRequest, InstallRequest, ReplicaReply } from './log-entry.ts';
import { Replica } from './replica.ts';
import { appendFromJson, appendToJson, installFromJson, installToJson } from './replica-json.ts';

/** All replicas of this node, kept on disk: a reply is given when what it says survives a crash. */
export class Replicas {
  readonly #replicas: Map<string, Replica>;
  readonly #journal: Journal;

  private constructor(replicas: Map<string, Replica>, journal: Journal) {
    this.#replicas = replicas;
    this.#journal = journal;
  }

  /** Opens what `directory` holds; creates it where there is nothing. */
  static async open(directory: string): Promise<Replicas> {
    const replicas = new Map<string, Replica>();
    const journal = await Journal.open(directory, {
      replay: (line) => replay(replicas, line),
      image: () => imageLines(replicas),
    });
    return new Replicas(replicas, journal);
  }

  /** The replica of `partition`, an empty one where there was none. */
  of(partition: string): Replica {
    return replicaOf(this.#replicas, partition);
  }

  async raiseFence(partition: string, token: bigint): Promise<ReplicaReply> {
    const reply = this.of(partition).raiseFence(token);
    if (reply.type === 'done') await this.#journal.write({ op: 'fence', partition, token: String(token) });
    return reply;
  }

  async append(partition: string, request: AppendRequest): Promise<ReplicaReply> {
    const reply = this.of(partition).append(request);
    if (reply.type === 'done') await this.#journal.write({ op: 'append', partition, request: appendToJson(request) });
    return reply;
  }

  async install(partition: string, request: InstallRequest): Promise<ReplicaReply> {
    const reply = this.of(partition).install(request);
    if (reply.type === 'done') await this.#journal.write({ op: 'install', partition, request: installToJson(request) });
    return reply;
  }

  /** Forgets the partition. */
  async drop(partition: string): Promise<void> {
    if (this.#replicas.delete(partition)) await this.#journal.write({ op: 'drop', partition });
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }
}

function replicaOf(replicas: Map<string, Replica>, partition: string): Replica {
  let replica = replicas.get(partition);
  if (replica === undefined) {
    replica = new Replica();
    replicas.set(partition, replica);
  }
  return replica;
}

function replay(replicas: Map<string, Replica>, line: JournalLine): void {
  const replica = replicaOf(replicas, line.partition);
  if (line.op === 'fence') replica.raiseFence(BigInt(line.token));
  else if (line.op === 'append') replica.append(appendFromJson(line.request));
  else if (line.op === 'install') replica.install(installFromJson(line.request));
  else replicas.delete(line.partition);
}

/** An installed image aligns with its token; the fence, which may be higher, follows it. */
function* imageLines(replicas: ReadonlyMap<string, Replica>): Generator<JournalLine> {
  for (const [partition, replica] of replicas) {
    const { alignedWith, fence } = replica;
    yield { op: 'install', partition, request: installToJson({ token: alignedWith, image: replica.image() }) };
    yield { op: 'fence', partition, token: String(fence) };
  }
}
