/** @file How often a worker of a real browser solves the first placement of the playground, from the problem object to the result. */
import { fileURLToPath } from 'node:url';
import { solve } from '@keelson/placement';
import { chromiumPath, eventually, freePort, requireServer, spawnProcess } from '@keelson/testing';
import { chromium } from 'playwright-core';
import { median, timed } from './measure.mjs';
import { createWorkload, problemOf } from './workload.mjs';

/** Reports of half a second each; the first ones while the engine still compiles. */
const WARM_UP = 3;
const REPORTS = 7;
const PATIENCE_MS = 60_000;

/**
 * The playground opens with 10,000 partitions on 100 nodes, weights in three dimensions; `undefined` where Chromium is not at hand.
 *
 * `inNode`: the same solve in this process right after it, so that on a busy machine there is a ratio to go by.
 *
 * @returns {Promise<{ partitions: number, nodes: number, solvesPerSecond: number, inNode: number } | undefined>}
 */
export async function measureBrowser() {
  if (!requireServer('chromium')) return undefined;
  const port = await freePort();
  const server = await spawnProcess(process.execPath, ['playground/serve.mjs', `--port=${port}`], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  try {
    const address = await eventually('the playground', () => /Playground: (\S+)/.exec(server.stdout())?.[1]);
    const browser = await chromium.launch({
      executablePath: chromiumPath(),
      headless: true,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    try {
      return await speedAt(await browser.newPage(), address);
    } finally {
      await browser.close();
    }
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

async function speedAt(page, address) {
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(address);
  await page.locator('#log li').first().waitFor();
  const nodes = await page.locator('button[data-node]').count();
  const speed = page.locator('#speed');
  await page.locator('#measure').click();
  const reports = [];
  for (let shown = await speed.textContent(); reports.length < WARM_UP + REPORTS; ) {
    const seen = shown;
    shown = await eventually('the next report', async () => {
      const text = await speed.textContent();
      return text === seen ? undefined : text;
    });
    reports.push(Number(shown.replaceAll(',', '')));
  }
  const partitions = 10_000;
  const workload = createWorkload({ partitions, nodes });
  const problem = problemOf(workload);
  const times = Array.from({ length: 3 * REPORTS }, () => timed(() => solve(problem)).ms);
  return { partitions, nodes, solvesPerSecond: median(reports.slice(WARM_UP)), inNode: 1_000 / median(times) };
}
