/** What a client process says, one JSON object a line. Times are milliseconds of the resource's clock, to a fraction. */
export type ClientLine =
  /** It is about to ask. */
  | {
      readonly say: 'invoke';
      readonly client: string;
      readonly id: number;
      readonly at: number;
      readonly op: 'read' | 'write' | 'cas';
      readonly key: string;
      readonly value?: string;
      readonly expected?: string | null;
    }
  /** The answer came. */
  | {
      readonly say: 'return';
      readonly client: string;
      readonly id: number;
      readonly at: number;
      /** Of a read. */
      readonly value?: string | null;
      /** Of a compare-and-set. */
      readonly swapped?: boolean;
    }
  /** It certainly did not happen (`refused`), or nobody knows (`unknown`). */
  | { readonly say: 'refused' | 'unknown'; readonly client: string; readonly id: number }
  /** It owns `thing` from `at` on. */
  | {
      readonly say: 'owns';
      readonly client: string;
      readonly thing: string;
      readonly token: string;
      readonly at: number;
    }
  /** It asked whether it still owned `thing`, at `at`, was told so, and sent a write to the resource. */
  | {
      readonly say: 'acts';
      readonly client: string;
      readonly thing: string;
      readonly token: string;
      readonly at: number;
    }
  /** It has given `thing` up, or was told that it lost it. */
  | {
      readonly say: 'gave-up';
      readonly client: string;
      readonly thing: string;
      readonly token: string;
      readonly at: number;
    }
  /** Its watch brought something. Revisions are decimal. */
  | { readonly say: 'saw'; readonly client: string; readonly event: SeenEvent }
  /** It joined the group, or opened its session anew. */
  | { readonly say: 'joined' | 'session'; readonly client: string; readonly at: number }
  /** Its watch is still open; it has read everything up to `revision`. */
  | { readonly say: 'settled'; readonly client: string; readonly entries: Readonly<Record<string, string>> }
  /** Something it does not know what to make of. */
  | { readonly say: 'fault'; readonly client: string; readonly text: string };

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
