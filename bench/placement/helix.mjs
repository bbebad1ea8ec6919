import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DIMENSIONS } from '../../packages/placement/bench/workload.mjs';

/** @import { Workload } from '../../packages/placement/bench/workload.mjs' */

const folder = fileURLToPath(new URL('./helix', import.meta.url));
const BUILD_MS = 600_000;

const answers = (command, ...args) => spawnSync(command, args, { stdio: 'ignore', timeout: 60_000 }).status === 0;

/**
 * Builds the Java program that calls Helix' rebalancers, where Java and Maven are at hand.
 *
 * @returns {string | undefined} Why it cannot be had, or `undefined` where it is ready.
 */
export function buildHelix() {
  if (!answers('java', '-version')) return 'Java is not here';
  if (!answers('mvn', '-version')) return 'Maven is not here';
  const built = spawnSync('mvn', ['-B', '-q', 'compile', 'dependency:copy-dependencies'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: BUILD_MS,
  });
  if (built.status === 0) return undefined;
  return `Maven could not build ${folder}: ${lastLine(built.stdout) || lastLine(built.stderr) || 'it took too long'}`;
}

const lastLine = (text) => (text ?? '').trim().split('\n').at(-1);

/**
 * Has Helix place a workload, in a process of its own.
 *
 * @param {Workload} workload
 * @param {{ lost: number, algorithms: string[], cases: string[], runs: number, timeoutMs: number }} options
 * @returns {Promise<{ java: string, results: { algorithm: string, case: string, modelMs: number[], solveMs: number[], placement: number[][], error?: string }[] }>}
 */
export async function runHelix(workload, { lost, algorithms, cases, runs, timeoutMs }) {
  const { nodeNames, zones, partitionNames, capacity } = workload;
  const D = DIMENSIONS.length;
  const weights = partitionNames.map((_, p) => [...workload.weights.subarray(p * D, p * D + D)]);
  const input = { nodes: nodeNames, zones, partitions: partitionNames, keys: DIMENSIONS, weights, capacity };
  const settings = { lost: nodeNames[lost], algorithms, cases, runs };
  const child = spawn('java', ['-cp', 'target/classes:target/dependency/*', 'keelson.bench.Main'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: timeoutMs,
  });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stdin.end(JSON.stringify({ ...input, ...settings }));
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(`The Java program ended with ${code ?? signal}.`);
  return JSON.parse(Buffer.concat(chunks).toString());
}
