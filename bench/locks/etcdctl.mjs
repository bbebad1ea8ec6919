/** `etcdctl lock`, a process for each contender, as people use it in scripts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { kvService } from '@keelson/etcd-protocol';
import { etcdctlPath } from '@keelson/testing';
import { connect } from '../lib/targets.mjs';

const NAME = 'bench-etcdctl';
const QUEUE_MS = 120_000;

/**
 * So many processes queue; each holder is ended by SIGINT, on which it gives the lock back.
 *
 * @returns {Promise<number[]>} milliseconds from each SIGINT to the next holder saying that it holds
 */
export async function etcdctlHandOvers(address, contenders) {
  const ended = [];
  let announce = () => {};
  const processes = Array.from({ length: contenders }, () => {
    const child = spawn(etcdctlPath('3.7'), [`--endpoints=${address}`, 'lock', NAME, '--ttl=60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.once('data', () => announce(child));
    ended.push(once(child, 'close'));
    return child;
  });
  const nextHolder = () =>
    new Promise((resolve) => {
      announce = resolve;
    });
  try {
    let holder = await nextHolder();
    await queued(address, contenders);
    const handOvers = [];
    for (let left = contenders; left > 1; left -= 1) {
      const next = nextHolder();
      const beganMs = performance.now();
      holder.kill('SIGINT');
      holder = await next;
      handOvers.push(performance.now() - beganMs);
    }
    holder.kill('SIGINT');
    return handOvers;
  } finally {
    for (const child of processes) child.kill('SIGINT');
    await Promise.all(ended);
  }
}

/** Resolves when so many stand in the queue. */
async function queued(address, contenders) {
  const connection = await connect({ address });
  const key = `${NAME}/`;
  const untilMs = performance.now() + QUEUE_MS;
  try {
    for (;;) {
      const { count } = await connection.unary(kvService.range, { key, rangeEnd: `${NAME}0`, countOnly: true });
      if (count >= contenders) return;
      if (performance.now() > untilMs)
        throw new Error(`Only ${count} etcdctl stand in the queue after ${QUEUE_MS} ms.`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await connection.close();
  }
}
