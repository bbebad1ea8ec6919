import type { Change, Entry } from '@keelson/store';
import type { Solver } from '../src/controller/placement/index.ts';
import { type ClusterPlan, planCluster } from '../src/controller/plan-cluster.ts';
import type { Transition } from '../src/controller/transition.ts';
import { splitIntoBuckets } from '../src/model/buckets.ts';
import { Message } from '../src/model/message.ts';
import { sameContent, type ZNRecord } from '../src/model/record.ts';
import { decodeRecord } from '../src/model/record-codec.ts';
import { ClusterMirror } from '../src/snapshot/index.ts';
import { type RecordedLine, readRecording } from './recording.ts';

type Write = Extract<RecordedLine, { readonly kind: 'write' }>;

/** How many writes back the Java controller may have read what it decided upon: it reads node by node while others write. */
const WINDOW = 90;

/** One transition as text, without ids and times: what a reviewer compares. */
export function describeTransition(transition: Omit<Transition, 'stateModelFactory' | 'timeoutMs' | 'urgent'>): string {
  const { resource, partition, instance, fromState, toState, activeReplicas, rebalanceType, bucketSize } = transition;
  const extras = [`active=${activeReplicas}`, rebalanceType ?? '-', bucketSize > 0 ? `bucket=${bucketSize}` : ''];
  return `${resource}/${partition} ${instance} ${fromState}->${toState} ${extras.join(' ').trim()}`;
}

function describeMessage(message: Message): string {
  const { simpleFields } = message.record;
  const type = simpleFields.ST_REBALANCE_TYPE;
  return describeTransition({
    resource: message.resource,
    partition: message.partition,
    instance: message.targetName,
    session: message.targetSession,
    stateModel: message.stateModel,
    fromState: message.fromState,
    toState: message.toState,
    activeReplicas: Number(simpleFields.CURRENT_ACTIVE_REPLICA_NUMBER),
    rebalanceType: type === 'RECOVERY_REBALANCE' || type === 'LOAD_REBALANCE' ? type : undefined,
    bucketSize: message.bucketSize,
  });
}

/** A recording, cut where its steps begin, and able to show the cluster as it was at any write. */
export class Replay {
  readonly name: string;
  readonly lines: readonly RecordedLine[];
  readonly cluster: string;

  constructor(name: string) {
    this.name = name;
    this.lines = readRecording(name);
    const first = this.lines.find((line) => line.kind === 'write' && line.path !== '');
    this.cluster = first?.kind === 'write' ? (first.path.split('/')[1] ?? '') : '';
  }

  /** The cluster after the first `count` lines, and besides after the later ones that `also` picks up to `until`. */
  at(count: number, until: number = count, also: (line: Write) => boolean = () => false): ClusterMirror {
    const entries = new Map<string, Entry>();
    const mirror = new ClusterMirror(this.cluster);
    for (const [index, line] of this.lines.slice(0, until).entries()) {
      if (line.kind === 'write' && (index < count || also(line))) applyTo(entries, line);
    }
    const last = this.lines.slice(0, until).findLast((line) => line.kind === 'write');
    mirror.reset([...entries.values()], last?.kind === 'write' ? BigInt(`0x${last.zxid}`) : 0n);
    return mirror;
  }

  /** Every change of one line, for mirrors that are fed step by step. */
  changesOf(entries: Map<string, Entry>, line: RecordedLine): readonly Change[] {
    if (line.kind !== 'write') return [];
    const before = new Set(entries.keys());
    applyTo(entries, line);
    const entry = entries.get(line.path);
    if (line.op === 'create' || line.op === 'set') return entry === undefined ? [] : [{ type: 'put', entry }];
    const revision = BigInt(`0x${line.zxid}`);
    return [...before].filter((path) => !entries.has(path)).map((path) => ({ type: 'delete', path, revision }));
  }

  /** Sessions that led as controllers. */
  get controllerSessions(): ReadonlySet<string> {
    const leaders = this.lines.filter((line) => line.kind === 'write' && line.path.endsWith('/CONTROLLER/LEADER'));
    return new Set(leaders.map((line) => (line.kind === 'write' ? line.session : '')));
  }
}

/** One recorded write upon the entries of a store. */
export function applyTo(entries: Map<string, Entry>, line: Write): void {
  const revision = BigInt(`0x${line.zxid}`);
  const { path, value, session } = line;
  if (line.op === 'closeSession') {
    for (const entry of entries.values()) if (entry.owner === session) entries.delete(entry.path);
  } else if (line.op === 'delete') {
    entries.delete(path);
  } else if (line.op === 'create') {
    const entry = { path, value, createRevision: revision, modifyRevision: revision, version: 1 };
    entries.set(path, line.ephemeral ? { ...entry, owner: session } : entry);
  } else if (line.op === 'set') {
    const before = entries.get(path);
    const created = before?.createRevision ?? revision;
    const entry = {
      path,
      value,
      createRevision: created,
      modifyRevision: revision,
      version: (before?.version ?? 0) + 1,
    };
    entries.set(path, before?.owner === undefined ? entry : { ...entry, owner: before.owner });
  }
}

/** The Java controller's own placement, read off the external views that a step ended with: our placement differs and is put aside. */
export function placementOfStep(end: ClusterMirror): Solver {
  return () => ({
    holders: (resource, partition) => {
      const view = end.snapshot.externalViews.get(resource);
      const model = view === undefined ? undefined : end.snapshot.stateModels.get(view.stateModel);
      const states = Object.entries(view?.instanceStates(partition) ?? {});
      states.sort(([, a], [, b]) => (model?.priorityOf(a) ?? 0) - (model?.priorityOf(b) ?? 0));
      return states.map(([instance]) => instance);
    },
    shortage: () => undefined,
    whyNot: () => undefined,
  });
}

/** One step of a scenario: lines [begin, end). */
export interface ReplayStep {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

/** The steps of a recording. */
export function stepsOf(replay: Replay): readonly ReplayStep[] {
  const marks = [...replay.lines.entries()].flatMap(([index, line]) =>
    line.kind === 'step' ? [{ name: line.step, begin: index }] : [],
  );
  return marks.map((mark, index) => ({ ...mark, end: marks[index + 1]?.begin ?? replay.lines.length }));
}

/** What was found when a step was planned by us. */
export interface StepReport {
  /** Batches of messages that Helix wrote and we write from the same situation, as text. */
  readonly batches: readonly (readonly string[])[];
  /** Messages that Helix wrote and for which no situation in the window has us write the same batch. */
  readonly unmatched: readonly string[];
  /** External views that Helix wrote and we do not compute from any situation in the window. */
  readonly unmatchedViews: readonly string[];
  readonly views: number;
}

interface Situation {
  readonly plan: ClusterPlan;
  readonly transitions: readonly string[];
}

/** Looks, for every batch of messages and every view of a step, for the situation from which we write the same. */
export class StepComparison {
  readonly #replay: Replay;
  readonly #step: ReplayStep;
  readonly #solver: Solver;
  readonly #purgeDelayMs: number;

  constructor(replay: Replay, step: ReplayStep, purgeDelayMs = 60_000) {
    this.#replay = replay;
    this.#step = step;
    this.#solver = placementOfStep(replay.at(step.end));
    this.#purgeDelayMs = purgeDelayMs;
  }

  /** The plan from what others had written by line `seen` and the controller itself by line `now`. */
  #situation(seen: number, now: number): Situation {
    const own = this.#replay.controllerSessions;
    const mirror = this.#replay.at(seen, now, (line) => own.has(line.session) && line.path.includes('/MESSAGES/'));
    const nowMs = this.#replay.lines[Math.max(0, now - 1)]?.ms ?? 0;
    const options = { solver: this.#solver, messagePurgeDelayMs: this.#purgeDelayMs };
    const plan = planCluster(mirror.snapshot, nowMs, options);
    return { plan, transitions: plan.transitions.map(describeTransition) };
  }

  run(): StepReport {
    const { lines } = this.#replay;
    const batches: string[][] = [];
    const unmatched: string[] = [];
    const unmatchedViews: string[] = [];
    let views = 0;
    for (let index = this.#step.begin; index < this.#step.end; ) {
      const line = lines[index];
      const record = this.#ownRecord(line);
      if (line?.kind === 'write' && record !== undefined && line.path.includes('/EXTERNALVIEW/')) {
        views++;
        if (!this.#viewMatches(index, line.path, record))
          unmatchedViews.push(`${line.path} ${JSON.stringify(record.mapFields)}`);
        index++;
        continue;
      }
      const messages = this.#messagesFrom(index);
      if (messages.length === 0) {
        index++;
        continue;
      }
      const matched = this.#longestMatch(index, messages);
      if (matched === 0) unmatched.push(messages[0] ?? '');
      else batches.push(messages.slice(0, matched));
      index += Math.max(1, matched);
    }
    return { batches, unmatched, unmatchedViews, views };
  }

  #ownRecord(line: RecordedLine | undefined): ZNRecord | undefined {
    if (line?.kind !== 'write' || (line.op !== 'create' && line.op !== 'set')) return undefined;
    return this.#replay.controllerSessions.has(line.session) ? decodeRecord(line.value) : undefined;
  }

  /** Transitions that the controller wrote one after the other, from line `index` on. */
  #messagesFrom(index: number): readonly string[] {
    const found: string[] = [];
    for (let at = index; at < this.#step.end; at++) {
      const line = this.#replay.lines[at];
      const record = this.#ownRecord(line);
      if (line?.kind !== 'write' || record === undefined || !line.path.includes('/MESSAGES/')) break;
      const message = new Message(record);
      if (message.type !== 'STATE_TRANSITION') break;
      found.push(describeMessage(message));
    }
    return found;
  }

  #longestMatch(index: number, messages: readonly string[]): number {
    let longest = 0;
    for (let seen = index; seen > Math.max(0, index - WINDOW); seen--) {
      const { transitions } = this.#situation(seen, index);
      const { length } = transitions;
      if (length > longest && length <= messages.length && sameBatch(transitions, messages.slice(0, length))) {
        longest = length;
      }
      if (longest === messages.length) break;
    }
    return longest;
  }

  #viewMatches(index: number, path: string, record: ZNRecord): boolean {
    const [, , , resource = '', bucket] = path.split('/');
    for (let seen = index; seen > Math.max(0, index - WINDOW); seen--) {
      const view = this.#situation(seen, index).plan.resources.get(resource)?.view;
      if (view === undefined) continue;
      const { head, buckets } = splitIntoBuckets(view.record, view.bucketSize || 1);
      const whole = view.bucketSize === 0 ? view.record : head;
      const ours = bucket === undefined ? whole : buckets.get(bucket);
      if (ours !== undefined && sameContent(ours, record)) return true;
    }
    return false;
  }
}

/** The same messages, those about one partition in the same order. Between partitions Java's order is that of a hash map. */
function sameBatch(ours: readonly string[], theirs: readonly string[]): boolean {
  const byPartition = (list: readonly string[]): string =>
    [...list.entries()]
      .map(([index, text]) => ({ index, text, partition: text.split(' ')[0] ?? '' }))
      .sort((a, b) => (a.partition < b.partition ? -1 : a.partition > b.partition ? 1 : a.index - b.index))
      .map(({ text }) => text)
      .join('\n');
  return byPartition(ours) === byPartition(theirs);
}
