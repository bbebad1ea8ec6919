import { integerField, listField, simpleField, withSimpleFields, type ZNRecord } from './record.ts';

/** What a message asks for. Kinds that this package does not act on are kept as they are. */
export type MessageType =
  | 'STATE_TRANSITION'
  | 'STATE_TRANSITION_CANCELLATION'
  | 'NO_OP'
  | 'PARTICIPANT_SESSION_CHANGE'
  | (string & {});

/** `new` as sent, `read` once accepted, `unprocessable` where it was given up. In lower case, as on the wire. */
export type MessageState = 'new' | 'read' | 'unprocessable';

/** What the controller says in a message about one replica. */
export interface StateTransition {
  /** A UUID; also the name of the entry. */
  readonly id: string;
  readonly sourceName: string;
  readonly sourceSession: string;
  readonly targetName: string;
  readonly targetSession: string;
  readonly resource: string;
  readonly partition: string;
  readonly stateModel: string;
  readonly stateModelFactory?: string;
  readonly fromState: string;
  readonly toState: string;
  /** Wall time, in milliseconds. */
  readonly createdMs: number;
  /** Active replicas of the partition as it is sent, for upward transitions into an active state; else -1. */
  readonly activeReplicas: number;
  readonly eventName: string;
  /** Only for FULL_AUTO resources. */
  readonly rebalanceType?: 'RECOVERY_REBALANCE' | 'LOAD_REBALANCE';
  /** Only where the resource is bucketized. */
  readonly bucketSize?: number;
  /** Longest time the transition may run, in milliseconds; absent: no limit. */
  readonly timeoutMs?: number;
}

const requiredOfTransition = [
  'TGT_NAME',
  'PARTITION_NAME',
  'RESOURCE_NAME',
  'STATE_MODEL_DEF',
  'TO_STATE',
  'FROM_STATE',
  'TGT_SESSION_ID',
] as const;

/** How often a participant may try a transition that timed out. Helix's default. */
const RETRY_COUNT = '3';

/** A message of the controller to a participant (`INSTANCES/{i}/MESSAGES/{id}`). */
export class Message {
  readonly record: ZNRecord;

  constructor(record: ZNRecord) {
    this.record = record;
  }

  /** The message that asks for one transition, field by field as Helix's controller writes it. */
  static stateTransition(transition: StateTransition): Message {
    const fields: Record<string, string> = {
      ...(transition.bucketSize === undefined ? {} : { BUCKET_SIZE: String(transition.bucketSize) }),
      CREATE_TIMESTAMP: String(transition.createdMs),
      CURRENT_ACTIVE_REPLICA_NUMBER: String(transition.activeReplicas),
      ClusterEventName: transition.eventName,
      FROM_STATE: transition.fromState,
      MSG_ID: transition.id,
      MSG_STATE: 'new',
      MSG_TYPE: 'STATE_TRANSITION',
      PARTITION_NAME: transition.partition,
      RESOURCE_NAME: transition.resource,
      RETRY_COUNT,
      SRC_NAME: transition.sourceName,
      SRC_SESSION_ID: transition.sourceSession,
      STATE_MODEL_DEF: transition.stateModel,
      STATE_MODEL_FACTORY_NAME: transition.stateModelFactory ?? 'DEFAULT',
      ...(transition.rebalanceType === undefined ? {} : { ST_REBALANCE_TYPE: transition.rebalanceType }),
      TGT_NAME: transition.targetName,
      TGT_SESSION_ID: transition.targetSession,
      ...(transition.timeoutMs === undefined ? {} : { TIMEOUT: String(transition.timeoutMs) }),
      TO_STATE: transition.toState,
    };
    return new Message({ id: transition.id, simpleFields: fields, mapFields: {}, listFields: {} });
  }

  /** The message that an operator sends to bring a replica out of ERROR. `sourceName` is `{host}-ADMIN` in Helix. */
  static reset(reset: Omit<StateTransition, 'sourceSession' | 'activeReplicas' | 'eventName'>): Message {
    const message = Message.stateTransition({ ...reset, sourceSession: '', activeReplicas: -1, eventName: '' });
    const { record } = message;
    return new Message(
      withSimpleFields(record, {
        CURRENT_ACTIVE_REPLICA_NUMBER: undefined,
        ClusterEventName: undefined,
        RETRY_COUNT: undefined,
        SRC_SESSION_ID: undefined,
      }),
    );
  }

  /** A message by which a participant makes itself look at its messages again. */
  static noOp(id: string, instance: string, createdMs: number): Message {
    const simpleFields = {
      CREATE_TIMESTAMP: String(createdMs),
      MSG_ID: id,
      MSG_STATE: 'new',
      MSG_TYPE: 'NO_OP',
      SRC_NAME: instance,
      TGT_NAME: instance,
    };
    return new Message({ id, simpleFields, mapFields: {}, listFields: {} });
  }

  #text(key: string): string {
    return simpleField(this.record, key) ?? '';
  }

  get id(): string {
    return this.record.id;
  }
  get type(): MessageType {
    return this.#text('MSG_TYPE');
  }
  /** A missing state is `new`. */
  get state(): MessageState {
    const state = this.#text('MSG_STATE').toLowerCase();
    return state === 'read' || state === 'unprocessable' ? state : 'new';
  }
  get sourceName(): string {
    return this.#text('SRC_NAME');
  }
  get sourceSession(): string {
    return this.#text('SRC_SESSION_ID');
  }
  /** Whether the session has taken it up. */
  isTakenBy(session: string): boolean {
    return this.state === 'read' && simpleField(this.record, 'EXE_SESSION_ID') === session;
  }

  get targetName(): string {
    return this.#text('TGT_NAME');
  }
  /** The session it is meant for, `*` for any, '' where it does not say. */
  get targetSession(): string {
    return this.#text('TGT_SESSION_ID');
  }
  get resource(): string {
    return this.#text('RESOURCE_NAME');
  }
  get partition(): string {
    return this.#text('PARTITION_NAME');
  }
  /** All partitions of a batch message; else the one. */
  get partitions(): readonly string[] {
    return listField(this.record, 'PARTITION_NAME') ?? [this.partition];
  }
  get stateModel(): string {
    return this.#text('STATE_MODEL_DEF');
  }
  get stateModelFactory(): string {
    return simpleField(this.record, 'STATE_MODEL_FACTORY_NAME') ?? 'DEFAULT';
  }
  get fromState(): string {
    return this.#text('FROM_STATE');
  }
  get toState(): string {
    return this.#text('TO_STATE');
  }
  /** Wall time in milliseconds; 0 where it does not say. */
  get createdMs(): number {
    return integerField(this.record, 'CREATE_TIMESTAMP', 0);
  }
  /** How long the transition may run, in milliseconds; -1 for no limit. */
  get timeoutMs(): number {
    return integerField(this.record, 'TIMEOUT', -1);
  }
  /** How long after its creation it may still be taken up, in milliseconds; -1 for ever. */
  get expiryMs(): number {
    return integerField(this.record, 'EXPIRY_PERIOD', -1);
  }
  get retryCount(): number {
    return integerField(this.record, 'RETRY_COUNT', 0);
  }
  /** Partitions per bucket of the current state to write; 0 for no buckets. */
  get bucketSize(): number {
    return Math.max(0, integerField(this.record, 'BUCKET_SIZE', 0));
  }

  /** Whether it is a transition or the cancellation of one, so that it counts as pending. */
  get isTransition(): boolean {
    return this.type === 'STATE_TRANSITION' || this.type === 'STATE_TRANSITION_CANCELLATION';
  }

  /** Whether a transition says all it must: target, session, resource, partition, model, both states. Other kinds are always valid. */
  isValid(): boolean {
    return !this.isTransition || requiredOfTransition.every((key) => this.#text(key) !== '');
  }

  /** As the participant marks it when it takes it up, at wall time `atMs`. */
  withRead(session: string, atMs: number): Message {
    const changes = { MSG_STATE: 'read', READ_TIMESTAMP: String(atMs), EXE_SESSION_ID: session };
    return new Message(withSimpleFields(this.record, changes));
  }

  /** As the participant marks it when it gives it up or has one try less. */
  withOutcome(state: MessageState, retryCount: number): Message {
    return new Message(withSimpleFields(this.record, { MSG_STATE: state, RETRY_COUNT: String(retryCount) }));
  }
}
