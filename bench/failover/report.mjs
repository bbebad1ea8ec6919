/** Prints what a run of take-overs came to. */
import { loadavg } from 'node:os';
import process from 'node:process';
import { STEPS } from './take-over.mjs';

export function printRun(run, json) {
  const { engine, supervised, ttlMs, lagMs, takeOvers } = run;
  const rows = rowsOf(takeOvers);
  const boundMs = (supervised ? 0 : ttlMs + lagMs) + 300;
  const total = figure(takeOvers.map(({ shown }) => shown.last));
  const after = figure(takeOvers.map(({ shown, ended }) => shown.last - ended));
  const ratio = figure(takeOvers.map(({ shown, ended }) => shown.last / ended));
  const inWrites = figure(takeOvers.map(({ shown, ended, commitMs }) => (shown.last - ended) / commitMs));
  const load = loadavg()[0];
  const cpu = cpuOf(takeOvers);
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ engine, supervised, ttlMs, boundMs, load, total, after, ratio, inWrites, rows, cpu, takeOvers })}\n`,
    );
    return;
  }
  const how = supervised ? 'supervised' : `unsupervised, ttl ${ttlMs} ms`;
  const lines = [
    `${engine}, ${how}: ${takeOvers.length} kills, load ${load.toFixed(1)}; ms since the kill, median (worst)`,
    ...rows.map(({ text, median, worst }) => `  ${text.padEnd(62)} ${show(median)} (${show(worst)})`),
    `  ${'whole take-over, to be within'.padEnd(55)} ${String(boundMs).padStart(6)} ${show(total.median)} (${show(total.worst)})`,
    `  ${"of it after the session's end".padEnd(62)} ${show(after.median)} (${show(after.worst)})`,
    `  ${"whole over the session's end".padEnd(62)} ${ratio.median.toFixed(2).padStart(6)} (${ratio.worst.toFixed(2).padStart(6)})`,
    `  ${"after the session's end, in committed writes".padEnd(62)} ${show(inWrites.median)} (${show(inWrites.worst)})`,
    '  processor time from the kill to the last view, ms: ran, waited for a core (medians)',
    ...cpu.map(({ name, ranMs, waitedMs }) => `  ${name.padEnd(62)} ${show(ranMs)}  ${show(waitedMs)}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

function rowsOf(takeOvers) {
  const row = (text, value) => ({ text, ...figure(takeOvers.map(value)) });
  return [
    row('the supervisor has seen its end', ({ exit }) => exit),
    row('its session has ended', ({ ended }) => ended),
    ...Object.entries(STEPS).flatMap(([step, text]) => [
      row(`first: ${text}`, (one) => one[step].first),
      row(`last:  ${text}`, (one) => one[step].last),
    ]),
    row('first replacement of a SLAVE was asked for', ({ bringUp }) => bringUp),
    row('commits of the store in between, not ms', ({ commits }) => commits),
    row('syncs of its log meanwhile, not ms', ({ synced }) => synced),
    row('partitions it was MASTER of, not ms', ({ partitions }) => partitions),
    row('a committed write just before', ({ commitMs }) => commitMs),
    row('longest pause of an idle process meanwhile', ({ machine }) => machine.stalledMs),
    row('share of the time in which somebody waited for a core, %', ({ machine }) => machine.pressure * 100),
  ];
}

/** Workers are one row: what they used together, not each. */
function cpuOf(takeOvers) {
  const names = new Set(takeOvers.flatMap(({ cpu }) => Object.keys(cpu).map(kindOf)));
  return [...names].map((name) => {
    const sums = takeOvers.map(({ cpu }) => sum(Object.entries(cpu).filter(([one]) => kindOf(one) === name)));
    return {
      name,
      ranMs: figure(sums.map(({ ran }) => ran)).median,
      waitedMs: figure(sums.map(({ waited }) => waited)).median,
    };
  });
}

const kindOf = (name) => (name.startsWith('worker-') ? 'the workers that live, together' : name);

const sum = (entries) =>
  entries.reduce((all, [, { ranMs, waitedMs }]) => ({ ran: all.ran + ranMs, waited: all.waited + waitedMs }), {
    ran: 0,
    waited: 0,
  });

function figure(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, worst: sorted.at(-1) ?? Number.NaN };
}

const show = (value) => (value < 10 ? value.toFixed(1) : String(Math.round(value))).padStart(6);
