import { simpleField, type ZNRecord } from './record.ts';

/** The version that we write as ours: the Helix whose protocol we speak. Helix's controllers refuse what they cannot parse or is below 0.4. */
export const HELIX_VERSION = '2.0.1';

/** The life sign of a participant (`LIVEINSTANCES/{i}`) or of the leading controller (`CONTROLLER/LEADER`), both ephemeral. */
export class LiveInstance {
  readonly record: ZNRecord;

  constructor(record: ZNRecord) {
    this.record = record;
  }

  /** A participant's. `process` tells processes apart for people: `pid@host`. */
  static participant(instance: string, session: string, process: string): LiveInstance {
    const simpleFields = {
      CURRENT_TASK_THREAD_POOL_SIZE: '40',
      HELIX_VERSION,
      LIVE_INSTANCE: process,
      SESSION_ID: session,
    };
    return new LiveInstance({ id: instance, simpleFields, mapFields: {}, listFields: {} });
  }

  /** A leading controller's. */
  static controller(name: string, session: string, process: string): LiveInstance {
    const simpleFields = { HELIX_VERSION, LIVE_INSTANCE: process, SESSION_ID: session };
    return new LiveInstance({ id: name, simpleFields, mapFields: {}, listFields: {} });
  }

  get instance(): string {
    return this.record.id;
  }
  get version(): string | undefined {
    return simpleField(this.record, 'HELIX_VERSION');
  }
  get process(): string {
    return simpleField(this.record, 'LIVE_INSTANCE') ?? '';
  }
  /** True while the participant holds still on the cluster's request. */
  get frozen(): boolean {
    return simpleField(this.record, 'STATUS') === 'FROZEN';
  }
  /** The session, by the entry's owner where the store knows one, else by the record. */
  sessionOf(owner: string | undefined): string {
    return owner ?? simpleField(this.record, 'SESSION_ID') ?? '';
  }
}
