/**
 * What workers were told that they have done, item by item. An item is done again where a second one is told that it has done it, or the same one twice.
 * How far others have come meanwhile says nothing: whoever was stopped between request and reply hears of its item long after its successors went on.
 */
export class DoneItems {
  readonly #byItem = new Map<number, string>();

  /** Notes that the store told `worker` that it has done `item`; gives what is wrong with it. */
  note(worker: string, item: number): string | undefined {
    const before = this.#byItem.get(item);
    if (before !== undefined) return `${worker} did item ${item} again, which ${before} had done`;
    this.#byItem.set(item, worker);
    return undefined;
  }
}
