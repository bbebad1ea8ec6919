import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  eventually,
  freePort,
  requireServer,
  runCommand,
  type TemporaryDirectory,
  temporaryDirectory,
  testRuntime,
} from '@keelson/testing';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Scheme, stateStyles } from '../app/matrix/palette.ts';
import { Board } from './board.ts';
import { openBrowser, type TestBrowser } from './browser.ts';
import { FakeCluster } from './fake-cluster.ts';
import { type FakeServer, startFakeServer } from './fake-server.ts';

/** What Chromium writes by itself about an answer that the test provokes. */
const REFUSED = /net::ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|CONNECTION_RESET)/;

let built: TemporaryDirectory;
let directory: string;

beforeAll(async () => {
  built = await temporaryDirectory('console');
  directory = join(built.path, 'assets');
  // A process of its own: in a test runner's environment React would be built for development.
  const vite = fileURLToPath(new URL('bin/vite.js', import.meta.resolve('vite/package.json')));
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const args = [vite, 'build', '--outDir', directory, '--logLevel', 'error'];
  const env = { NODE_ENV: undefined, VITEST: undefined };
  const { code, stderr } = await runCommand(process.execPath, args, { cwd, env, timeoutMs: 90_000 });
  expect(code, stderr).toBe(0);
});

afterAll(() => built.remove());

describe('the built console', () => {
  it('is small, and names no other origin to load from', async () => {
    const files = await readdir(directory, { recursive: true });
    const scripts = await Promise.all(
      files.filter((name) => name.endsWith('.js')).map((name) => readFile(join(directory, name))),
    );
    const bytes = scripts.reduce((sum, script) => sum + gzipSync(script).length, 0);
    console.info(`console: ${Math.round(bytes / 1_000)} kB of JavaScript, gzipped`);
    expect(bytes).toBeLessThan(300_000);
    const page = await readFile(join(directory, 'index.html'), 'utf8');
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style|style=|data:/);
  });
});

describe.skipIf(!requireServer('chromium'))('the console in Chromium', () => {
  let cluster: FakeCluster;
  let server: FakeServer;
  let browser: TestBrowser;
  let page: Page;
  let board: Board;
  let expected: readonly RegExp[];

  const open = async (options: Parameters<typeof openBrowser>[0] = {}): Promise<void> => {
    browser = await openBrowser(options);
    page = browser.page;
    board = new Board(page);
  };
  const visit = (hash: string): Promise<unknown> => page.goto(`${server.url}#/${hash}`);
  const drawn = (): Promise<unknown> => page.locator('canvas[data-drawn]').first().waitFor();
  const fill = (state: string, scheme: Scheme = 'light'): string | undefined =>
    stateStyles(cluster.matrix().states, scheme).find(({ name }) => name === state)?.fill;

  beforeEach(async () => {
    expected = [];
    cluster = new FakeCluster({ name: 'demo', instances: 5, partitions: 48, replicas: 3 }, testRuntime.clock);
    server = await startFakeServer({ directory, port: await freePort(), clusters: [cluster] });
  });

  afterEach(async () => {
    const { requests, complaints } = browser;
    await browser[Symbol.asyncDispose]();
    await server.close();
    expect(requests.filter((url) => !url.startsWith(server.url))).toEqual([]);
    expect(complaints.filter((text) => !expected.some((known) => known.test(text)))).toEqual([]);
  });

  describe('shows the matrix', () => {
    it('with every cell in the colour of its state, on the whole page too', async () => {
      await open();
      for (const path of ['demo/overview', 'demo/matrix']) {
        await visit(path);
        await drawn();
        // Instances lie down: row 0 is worker-1. Partition 0 has its MASTER there, 3 and 4 a SLAVE, 1 nothing.
        expect(await board.colourOf(0, 0)).toBe(fill('MASTER'));
        expect(await board.colourOf(0, 3)).toBe(fill('SLAVE'));
        expect(await board.colourOf(0, 1)).not.toBe(fill('SLAVE'));
      }
    });

    it('and tells about the cell under the pointer: state, since when, why', async () => {
      await open();
      await visit('demo/overview');
      await drawn();
      const { x, y } = await board.middleOf(1, 1);
      await page.mouse.move(x, y);
      const tip = page.locator('[data-tip="kv_1 worker-2"]');
      await tip.getByText('worker-2 stands in the preference list').waitFor();
      expect(await tip.textContent()).toMatch(/kv_1 on worker-2.*MASTER.*since \d\d:\d\d:\d\d \(3 min 1\d s\)/);
    });

    it('and asks for the same explanation once', async () => {
      await open();
      await visit('demo/overview');
      await drawn();
      for (const row of [1, 2, 1, 2]) {
        const { x, y } = await board.middleOf(row, 1);
        await page.mouse.move(x, y);
        await page
          .locator(`[data-tip="kv_1 worker-${row + 1}"]`)
          .getByText('preference list')
          .waitFor();
      }
      expect(browser.requests.filter((url) => url.includes('/explain'))).toHaveLength(1);
    });

    it('and tells by a finger what it tells by a pointer', async () => {
      await open({ viewport: { width: 390, height: 844 }, hasTouch: true });
      await visit('demo/overview');
      await drawn();
      // On a narrow screen partitions lie down.
      const { x, y } = await board.middleOf(2, 2);
      await page.touchscreen.tap(x, y);
      await page.locator('[data-tip="kv_2 worker-3"]').getByRole('button', { name: 'Why is it here?' }).click();
      await page.getByRole('dialog', { name: 'Why is kv_2 where it is?' }).waitFor();
    });

    it('to the keyboard: arrows move, the cell is named, Enter explains, Escape goes back', async () => {
      await open();
      await visit('demo/matrix');
      await drawn();
      await page.getByRole('grid').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      await eventually('the cell of kv_1 on worker-2', async () =>
        (await board.sentence()).startsWith('kv_1 on worker-2: MASTER'),
      );
      await page.keyboard.press('Enter');
      const panel = page.getByRole('dialog', { name: 'Why is kv_1 where it is?' });
      await panel.getByText('Fencing token').first().waitFor();
      expect(await panel.textContent()).toContain('All wanted replicas are elsewhere.');
      await page.keyboard.press('Escape');
      await panel.waitFor({ state: 'hidden' });
    });

    it('and shows what is wanted but not so yet', async () => {
      cluster.want(3, 'worker-1', 'MASTER');
      cluster.want(1, 'worker-1', 'SLAVE');
      await open();
      await visit('demo/matrix?state=moving');
      await drawn();
      const table = page.getByText('Table', { exact: true });
      await table.click();
      const rows = page.getByRole('table', { name: 'Partitions of kv' }).getByRole('row');
      await eventually('two partitions besides the head', async () => (await rows.count()) === 3);
      expect(await rows.nth(1).textContent()).toContain('worker-1wanted here as SLAVE, not there yet');
      expect(await rows.nth(2).textContent()).toContain('wanted as MASTER');
    });

    it('as a table of which only what is in view exists', async () => {
      await open();
      await visit('demo/matrix?as=table');
      const table = page.getByRole('table', { name: 'Partitions of kv' });
      await table.getByRole('button', { name: 'kv_0' }).waitFor();
      expect(await table.getAttribute('aria-rowcount')).toBe('49');
      expect(await table.getByRole('row').count()).toBeLessThan(45);
      await table.getByRole('button', { name: 'kv_3', exact: true }).press('Enter');
      await page.getByRole('dialog', { name: 'Why is kv_3 where it is?' }).waitFor();
    });
  });

  describe('stays live', () => {
    it('and draws only the cells that changed', async () => {
      await open();
      await visit('demo/matrix');
      await drawn();
      expect(await board.lastDrawn()).toBeGreaterThanOrEqual(240);
      cluster.move(0, 'worker-1', 'SLAVE');
      await eventually('the new colour', async () => (await board.colourOf(0, 0)) === fill('SLAVE'));
      expect(await board.lastDrawn()).toBe(1);
    });

    it('and says what the death of an instance cost', async () => {
      await open();
      await visit('demo/overview');
      await drawn();
      cluster.kill('worker-4');
      await page.getByText('worker-4 left; 9 partitions lost their MASTER; all have one again').waitFor();
      await page.getByText('1 instance not live').waitFor();
      await eventually('its row to be empty', async () => (await board.colourOf(3, 3)) !== fill('MASTER'));
    });

    it('over a restart of the server: says so, keeps what it has, and catches up', async () => {
      expected = [REFUSED];
      await open();
      await visit('demo/overview');
      await drawn();
      const port = Number(new URL(server.url).port);
      cluster.move(5, 'worker-1', 'SLAVE');
      await server.close();
      const banner = page.getByRole('alert').filter({ hasText: 'Connection lost.' });
      await banner.getByText(/Showing the state as of \d\d:\d\d:\d\d\./).waitFor();
      expect(await board.colourOf(0, 0)).toBe(fill('MASTER'));
      cluster.move(0, 'worker-1', 'SLAVE');
      cluster.setEnabled('worker-5', false, 'while you were away', undefined);
      server = await startFakeServer({ directory, port, clusters: [cluster] });
      await banner.waitFor({ state: 'hidden' });
      await eventually('what happened meanwhile', async () => (await board.colourOf(0, 0)) === fill('SLAVE'));
      await page.getByText('worker-5 disabled: while you were away').waitFor();
    });

    it('over a server that does not know where it was: reads everything again', async () => {
      expected = [REFUSED];
      await open();
      await visit('demo/overview');
      await drawn();
      cluster.move(5, 'worker-1', 'SLAVE');
      await page.getByText('kv_5 on worker-1: MASTER → SLAVE').waitFor();
      const port = Number(new URL(server.url).port);
      await server.close();
      cluster.move(0, 'worker-1', 'SLAVE');
      cluster.forget();
      server = await startFakeServer({ directory, port, clusters: [cluster] });
      await eventually('the matrix as it is', async () => (await board.colourOf(0, 0)) === fill('SLAVE'), {
        timeoutMs: 20_000,
      });
    });
  });

  it('says when it cannot read something again, and stops saying so when it can', async () => {
    expected = [/status of 500/];
    await open();
    await visit('demo/overview');
    await page.getByText('worker-5').first().waitFor();
    await drawn();
    server.failing.add('instances');
    cluster.move(0, 'worker-1', 'SLAVE');
    const notice = page.getByRole('alert').filter({ hasText: 'Some of this is old' });
    await notice.getByText('It fails because the test wants it to.').waitFor();
    await notice.getByText('E_INTERNAL').waitFor();
    server.failing.clear();
    await notice.getByRole('button', { name: 'Try again' }).click();
    await notice.waitFor({ state: 'hidden' });
  });

  describe('switches instances', () => {
    it('off with a reason and on again', async () => {
      await open();
      await visit('demo/instances');
      await page.getByRole('button', { name: 'Disable worker-2' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('It holds 29 replicas (').waitFor();
      await dialog.getByLabel('Reason').fill('new disk');
      await dialog.getByRole('button', { name: 'Disable worker-2' }).click();
      const row = page.locator('[data-instance="worker-2"]');
      await row.getByText('new disk').waitFor();
      await page.getByText('worker-2 is disabled.').waitFor();
      await row.getByRole('button', { name: 'Enable worker-2' }).click();
      await dialog.getByText('“new disk”').waitFor();
      await dialog.getByRole('button', { name: 'Enable worker-2' }).click();
      await row.getByText('live', { exact: true }).waitFor();
      expect(cluster.events.map((event) => event.type === 'instance' && event.change)).toEqual(['disabled', 'enabled']);
    });

    it('never over what somebody else did in the meantime', async () => {
      expected = [/status of 412/];
      await open();
      await visit('demo/instances');
      await page.getByRole('button', { name: 'Disable worker-2' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('mine');
      cluster.setEnabled('worker-2', false, 'theirs', undefined);
      await dialog.getByRole('button', { name: 'Disable worker-2' }).click();
      await dialog.getByText('Somebody changed worker-2 in the meantime.').waitFor();
      await dialog.getByText('worker-2 is disabled now, with the reason: “theirs”.').waitFor();
      expect(cluster.instances()[1]?.disabledReason).toBe('theirs');
    });
  });

  describe('shows coordination', () => {
    it('as it is: who holds, leads and is there; and events as they come', async () => {
      await open();
      await visit('demo/coordination');
      const lock = page.locator('[data-lock="invoices"]');
      await lock.getByText('billing').waitFor();
      await lock.getByText('nightly run').waitFor();
      await page.getByRole('cell', { name: 'web-1' }).waitFor();
      await page
        .getByRole('row', { name: /scheduler/ })
        .getByText('backup')
        .waitFor();
      await page.getByText('{"order":7}').waitFor();
      server.coordination.publish({ order: 8 });
      await page.getByText('{"order":8}').waitFor();
    });

    it('and takes a lock away, with a name and a reason', async () => {
      await open();
      await visit('demo/coordination');
      await page.getByRole('button', { name: 'Break invoices' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('It is taken away from 1 holder').waitFor();
      await dialog.getByLabel('Who does it').fill('ops');
      await dialog.getByLabel('Why').fill('it hangs');
      await dialog.getByRole('button', { name: 'Break invoices' }).click();
      await page.getByText('The lock invoices was taken away.').waitFor();
      await page.locator('[data-lock="invoices"]').getByText('reports').waitFor();
      expect(server.coordination.broken).toEqual([{ name: 'invoices', by: 'ops', reason: 'it hangs' }]);
    });
  });

  describe('fits', () => {
    it.each([
      { width: 390, height: 844 },
      { width: 1280, height: 800 },
    ])('%o without scrolling sideways, on every page', async (viewport) => {
      cluster.kill('worker-4');
      cluster.setEnabled('worker-5', false, 'a reason of some length that has to be broken into lines', undefined);
      await open({ viewport });
      for (const path of [
        'overview',
        'matrix',
        'matrix?as=table',
        'instances',
        'resources',
        'timeline',
        'coordination',
      ]) {
        await visit(`demo/${path}`);
        await page
          .locator(`main[data-page="${path.split('?')[0]}"] :is(table, canvas[data-drawn], [role=table], .story li)`)
          .first()
          .waitFor();
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow, path).toBeLessThanOrEqual(0);
      }
    });

    it("follows the system's colours until told otherwise, and remembers what it was told", async () => {
      await open({ colorScheme: 'dark' });
      await visit('demo/overview');
      await drawn();
      const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const dark = await background();
      expect(await board.colourOf(0, 0)).toBe(fill('MASTER', 'dark'));
      await page.getByRole('button', { name: /^Colours: as the system/ }).click();
      await eventually('light cells', async () => (await board.colourOf(0, 0)) === fill('MASTER', 'light'));
      expect(await background()).not.toBe(dark);
      await page.reload();
      await drawn();
      expect(await board.colourOf(0, 0)).toBe(fill('MASTER', 'light'));
    });
  });

  describe('says what to do', () => {
    it('where there is no cluster', async () => {
      await server.close();
      server = await startFakeServer({ directory, port: await freePort(), clusters: [] });
      await open();
      await visit('');
      await page.getByText('keelson cluster create my-cluster --auto-join').waitFor();
    });

    it('where the address names a cluster that is not there', async () => {
      await open();
      await visit('gone/overview');
      await page.getByText('There is no cluster “gone”').waitFor();
      await page.getByLabel('Cluster').selectOption('demo');
      await drawn();
    });

    it('where the server wants a token', async () => {
      expected = [/status of 401/];
      await server.close();
      server = await startFakeServer({ directory, port: await freePort(), clusters: [cluster], token: 'secret' });
      await open();
      await visit('');
      await page.getByLabel('This server asks for a token').fill('secret');
      await page.getByRole('button', { name: 'Continue' }).click();
      await drawn();
      await page.getByText('Live', { exact: true }).waitFor();
    });
  });

  it('draws 50,000 replicas and stays usable while they change', async () => {
    cluster = new FakeCluster({ name: 'demo', instances: 50, partitions: 1_000, replicas: 50 }, testRuntime.clock);
    await server.close();
    server = await startFakeServer({ directory, port: await freePort(), clusters: [cluster] });
    await open();
    await visit('demo/matrix');
    await drawn();
    const still = await frameTimes(page, 'scroll');
    for (let partition = 0; partition < 500; partition += 1) {
      cluster.move(partition, `worker-${(partition % 50) + 1}`, 'SLAVE');
    }
    const busy = await frameTimes(page, 'rest');
    await page.getByText('Dense', { exact: true }).click();
    const dense = await frameTimes(page, 'scroll');
    console.info(`frames at 50,000 cells: scrolling ${still}; 500 changes ${busy}; dense and scrolling ${dense}`);
    expect(await board.lastDrawn()).toBeGreaterThan(1_000);
  });
});

/** Frame times over a second, for reading: they say nothing reliable on a shared machine. */
function frameTimes(page: Page, what: 'scroll' | 'rest'): Promise<string> {
  return page.evaluate(
    (scroll) =>
      new Promise<string>((resolve) => {
        const grid = document.querySelector('[role=grid]');
        const times: number[] = [];
        let last: number | undefined;
        const step = (now: number): void => {
          if (last !== undefined) times.push(now - last);
          last = now;
          if (scroll) grid?.scrollBy(0, 90);
          if (times.length < 60) {
            requestAnimationFrame(step);
            return;
          }
          times.sort((a, b) => a - b);
          const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(0);
          resolve(`median ${at(0.5)} ms, p95 ${at(0.95)} ms, worst ${at(0.999)} ms`);
        };
        requestAnimationFrame(step);
      }),
    what === 'scroll',
  );
}
