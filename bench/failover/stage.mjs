/** The example with its five workers, and somebody who watches all that is written while one of them is killed. */
import process from 'node:process';
import { exampleDeclaration, launchExample } from '@keelson/example-replicated-kv';
import { systemRuntime } from '@keelson/runtime';
import { eventually, StallWatch, temporaryDirectory } from '@keelson/testing';
import { cpuPressureMs, cpuSince, cpuTimes } from './cpu.mjs';
import { Observer } from './observer.mjs';
import { TakeOver } from './take-over.mjs';

const runtime = systemRuntime();
const { cluster, resource } = exampleDeclaration;

/** Quiet for so long means that nothing moves any more, in milliseconds. */
const QUIET_MS = 500;

/** Writes whose median tells what a committed write costs just before a kill. */
const WRITES = 9;

export class Stage {
  #host;
  #folder;
  #example;
  #observer;
  #stalls;
  #exits = [];

  static async open(host, { supervised, ttlMs }) {
    const stage = new Stage();
    stage.#host = host;
    stage.#folder = await temporaryDirectory('bench-failover');
    stage.#example = await launchExample({
      storeUrl: host.storeUrl,
      dataDirectory: stage.#folder.path,
      runtime,
      ttlMs,
      supervised,
      restartAfterMs: 1_000,
      onEvent: (event) => {
        if (event.event === 'worker-stopped') stage.#exits.push({ pid: event.pid, atMs: now() });
        if (event.event === 'check' && event.lost + event.doubled > 0)
          process.stderr.write(`${JSON.stringify(event)}\n`);
      },
    });
    stage.#stalls = await StallWatch.start();
    stage.#observer = await Observer.open(host.storeUrl, runtime, { cluster, resource });
    return stage;
  }

  /** SIGKILL of one worker in turn; resolves when all it was MASTER of is shown on others. */
  async killOne(round) {
    const workers = await this.#settled();
    const { instance, pid } = workers[round % workers.length];
    const observer = this.#observer;
    const takeOver = new TakeOver(instance, observer.masteredBy(instance), resource);
    const commitMs = await observer.committedWriteMs(WRITES);
    const before = cpuTimes(this.#pids());
    const syncs = await this.#host.syncs?.();
    const pressureMs = cpuPressureMs();
    const sinceMs = now();
    const stopWatching = observer.follow((change, revision) => takeOver.take(change, revision, now() - sinceMs));
    process.kill(pid, 'SIGKILL');
    await eventually('the take-over', () => takeOver.done, { timeoutMs: 120_000, everyMs: 10 }).catch((cause) => {
      throw new Error(`The take-over of ${instance} was not seen: ${takeOver.missing}.`, { cause });
    });
    stopWatching();
    const tookMs = now() - sinceMs;
    const cpu = cpuSince(before);
    const machine = { stalledMs: this.#stalls.longestMs(tookMs), pressure: (cpuPressureMs() - pressureMs) / tookMs };
    const synced = syncs === undefined ? undefined : (await this.#host.syncs()) - syncs;
    const exit = await eventually('its end to be seen', () => this.#exits.find((one) => one.pid === pid));
    return {
      ...takeOver.timeline(),
      exit: exit.atMs - sinceMs,
      cpu,
      partitions: takeOver.partitions,
      commitMs,
      synced,
      machine,
    };
  }

  async close() {
    await this.#stalls?.[Symbol.asyncDispose]();
    await this.#observer?.close();
    await this.#example?.close();
    await this.#folder.remove();
  }

  #pids() {
    const workers = this.#example.workers().map(({ instance, pid }) => [instance, pid]);
    return { ...this.#host.processes, ...Object.fromEntries(workers), 'supervisor and observer': process.pid };
  }

  /** All replicas are placed, every worker runs, and nothing has been written about them for a while. */
  async #settled() {
    const { replicas } = exampleDeclaration;
    return await eventually(
      'everything to be placed',
      () => this.#observer.placed(replicas) && this.#observer.quietMs() > QUIET_MS && this.#running(),
      { timeoutMs: 300_000 },
    );
  }

  #running() {
    const workers = this.#example.workers().toSorted((a, b) => a.instance.localeCompare(b.instance));
    return workers.length === 5 && workers;
  }
}

const now = () => runtime.clock.monotonicMs();
