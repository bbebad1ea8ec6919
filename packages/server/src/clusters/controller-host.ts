import { type Controller, runController } from '@keelson/cluster';
import { isKeelsonError, type Runtime, sleep } from '@keelson/runtime';
import type { Store } from '@keelson/store';

/** What a host of controllers needs. */
export interface ControllerHostOptions {
  readonly store: Store;
  readonly runtime: Runtime;
}

/** How its controllers stand for election. */
export interface Candidacy {
  /** Name under which this server stands for election. */
  readonly name: string;
  readonly sessionTtlMs: number;
}

/** Pause before a controller that could not be started is started again, in milliseconds. */
const RESTART_PAUSE_MS = 1_000;

/** What runs for one cluster. */
interface Running {
  readonly stop: AbortController;
  /** It was asked for anew while it ran: a cluster of the name may be there again. */
  again: boolean;
  done: Promise<void>;
}

/** A controller for each cluster it is told of. Each stands for election by itself; this server may lead some clusters and wait for others. */
export class ControllerHost {
  readonly #options: ControllerHostOptions;
  readonly #running: Map<string, Running> = new Map();
  /** Clusters that were named before the start. */
  readonly #waiting: Set<string> = new Set();
  #candidacy: Candidacy | undefined;
  readonly #controllers: Map<string, Controller> = new Map();

  constructor(options: ControllerHostOptions) {
    this.#options = options;
  }

  /** The controller of a cluster, once it has started. */
  controllerOf(cluster: string): Controller | undefined {
    return this.#controllers.get(cluster);
  }

  /** Begins to run controllers, under a name. */
  start(candidacy: Candidacy): void {
    this.#candidacy = candidacy;
    for (const cluster of this.#waiting) this.add(cluster);
    this.#waiting.clear();
  }

  /** Runs a controller for `cluster`, from the start on, until it is removed or there is no such cluster. */
  add(cluster: string): void {
    const candidacy = this.#candidacy;
    if (candidacy === undefined) {
      this.#waiting.add(cluster);
      return;
    }
    const known = this.#running.get(cluster);
    if (known !== undefined) {
      known.again = true;
      return;
    }
    const running: Running = { stop: new AbortController(), again: false, done: Promise.resolve() };
    this.#running.set(cluster, running);
    running.done = this.#run(cluster, candidacy, running);
  }

  /** Ends the controller of a cluster that is gone. */
  remove(cluster: string): void {
    this.#waiting.delete(cluster);
    const running = this.#running.get(cluster);
    if (running === undefined) return;
    this.#running.delete(cluster);
    running.stop.abort();
  }

  /** Ends the controller of a cluster and waits until it has resigned, so that the cluster can be dropped. */
  async suspend(cluster: string): Promise<void> {
    const running = this.#running.get(cluster);
    this.remove(cluster);
    await running?.done;
  }

  /** Resigns every leadership, so that others take over at once, and ends all controllers. */
  async close(): Promise<void> {
    const running = [...this.#running.values()];
    this.#running.clear();
    for (const { stop } of running) stop.abort();
    await Promise.all(running.map(({ done }) => done));
  }

  async #run(cluster: string, { name, sessionTtlMs }: Candidacy, running: Running): Promise<void> {
    const { store, runtime } = this.#options;
    const { signal } = running.stop;
    while (!signal.aborted) {
      running.again = false;
      try {
        const controller = await runController({ store, cluster, name, runtime, sessionTtlMs });
        this.#controllers.set(cluster, controller);
        await stopped(signal);
        this.#controllers.delete(cluster);
        await controller.close();
      } catch (error) {
        // Dropped meanwhile. Where one of the name is made again, whoever notices asks for a controller.
        if (isKeelsonError(error, 'E_NOT_FOUND') && !signal.aborted && !running.again) {
          this.#running.delete(cluster);
          return;
        }
        if (signal.aborted)
          runtime.logger.warn({ error, cluster }, 'a controller did not end in order; its session will');
        else runtime.logger.error({ error, cluster }, 'a controller could not be started; trying again');
        await sleep(runtime, RESTART_PAUSE_MS, { signal }).catch(() => {}); // an abort ends the loop
      }
    }
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
