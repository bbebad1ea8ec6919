/** Who says it. */
interface Said {
  /** The client process: its name and how often it was started. */
  readonly client: string;
}

/** Who says it, and when, by the resource's clock in milliseconds, to a fraction. */
interface SaidAt extends Said {
  readonly at: number;
}

/** What is said of registers. */
export type RegisterLine =
  /** It is about to ask. */
  | (SaidAt & {
      readonly say: 'invoke';
      readonly id: number;
      readonly op: 'read' | 'write' | 'cas';
      readonly key: string;
      readonly value?: string;
      readonly expected?: string | null;
    })
  /** The answer came. */
  | (SaidAt & {
      readonly say: 'return';
      readonly id: number;
      /** Of a read. */
      readonly value?: string | null;
      /** Of a compare-and-set. */
      readonly swapped?: boolean;
    })
  /** It certainly did not happen (`refused`), or nobody knows (`unknown`). */
  | (Said & { readonly say: 'refused' | 'unknown'; readonly id: number })
  /** Its watch brought something. Revisions are decimal. */
  | (Said & { readonly say: 'saw'; readonly event: SeenEvent })
  /** Its watch is still open; it has read everything up to `revision`. */
  | (Said & { readonly say: 'settled'; readonly entries: Readonly<Record<string, string>> });

/** What is said of things that one process has at a time: a lock, a lead, a name in a group. */
export type OwnerLine = SaidAt & {
  /**
   * `owns`: from now on. `acts`: it asked whether it still did, at `at`, was told so, and did something as its owner. `gives-up`: it is about to give it
   * up, and has it still. `gave-up`: it has not got it any more.
   */
  readonly say: 'owns' | 'acts' | 'gives-up' | 'gave-up';
  readonly thing: string;
  readonly token: string;
};

/** What is said of the group that all clients are members of. */
export type GroupLine =
  /** Its watch of the group told who is there (`snapshot`), who came, or who went and how. */
  | (SaidAt & {
      readonly say: 'observed';
      readonly event: 'there' | 'joined' | 'left';
      readonly member: string;
      readonly token: string;
      readonly cause?: 'left' | 'failed' | 'unknown';
    })
  /** Its watch of the group has begun; was interrupted. */
  | (SaidAt & { readonly say: 'looks' | 'blind' })
  /** It suspects a member, or does so no more. */
  | (SaidAt & { readonly say: 'suspects' | 'clears'; readonly member: string });

/** What is said at the barrier: about to enter; passed, about to leave, and through with the others of the round; or gone without all that, as its session was lost or for another reason. */
export type BarrierLine = SaidAt &
  (
    | { readonly say: 'enters' }
    | { readonly say: 'gone'; readonly lost: boolean }
    | { readonly say: 'passed' | 'leaves' | 'through'; readonly round: string }
  );

/** What is said of the event log. */
export type NewsLine =
  /** It is about to publish an event, which its key names; and what became of that. */
  | (SaidAt & { readonly say: 'publishes'; readonly key: string })
  | (SaidAt & { readonly say: 'published'; readonly key: string; readonly sequence: number })
  | (SaidAt & { readonly say: 'not-published'; readonly key: string })
  /** Its consumer begins to read; read an event; found that some were missing; is about to note how far it is; has noted it. */
  | (SaidAt & { readonly say: 'subscribes'; readonly consumer: string })
  | (SaidAt & { readonly say: 'reads'; readonly consumer: string; readonly sequence: number; readonly key: string })
  | (SaidAt & { readonly say: 'misses'; readonly consumer: string; readonly events: number })
  | (SaidAt & { readonly say: 'commits' | 'committed'; readonly consumer: string; readonly sequence: number });

/** What a client process says, one JSON object a line. */
export type ClientLine =
  | RegisterLine
  | OwnerLine
  | GroupLine
  | BarrierLine
  | NewsLine
  /** It opened its session anew. */
  | (SaidAt & { readonly say: 'session' })
  /** It has closed everything; what its process still has open, and its memory. */
  | (SaidAt & { readonly say: 'ended'; readonly open: readonly string[]; readonly rssBytes: number })
  /** Something it does not know what to make of. */
  | (Said & { readonly say: 'fault'; readonly text: string });

/** One event of a watch, as it is written down. */
export type SeenEvent =
  | { readonly type: 'snapshot'; readonly revision: number; readonly entries: Readonly<Record<string, string>> }
  | {
      readonly type: 'changes';
      readonly changes: readonly {
        readonly key: string;
        readonly kind: 'put' | 'delete';
        readonly value?: string;
        readonly revision: number;
      }[];
    }
  | { readonly type: 'interrupted' };

/** What the resource says. */
export interface ResourceLine {
  readonly say: 'accepted' | 'refused-token';
  readonly thing: string;
  readonly owner: string;
  readonly token: string;
  readonly at: number;
}
