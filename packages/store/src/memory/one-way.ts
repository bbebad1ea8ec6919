/** One direction of a link. What is sent while it is shut waits on the way, as a network sends again what was not acknowledged. */
export class OneWay {
  #shut = false;
  #waiting: (() => void)[] = [];

  get shut(): boolean {
    return this.#shut;
  }

  close(): void {
    this.#shut = true;
  }

  /** Lets through what waits, in order, and whatever comes from now on. */
  open(): void {
    this.#shut = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const arrive of waiting) arrive();
  }

  pass(arrive: () => void): void {
    if (this.#shut) this.#waiting.push(arrive);
    else arrive();
  }
}
