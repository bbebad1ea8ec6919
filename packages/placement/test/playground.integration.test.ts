import { fileURLToPath } from 'node:url';
import { chromiumPath, eventually, freePort, type ManagedProcess, requireServer, spawnProcess } from '@keelson/testing';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

describe.skipIf(!requireServer('chromium'))('the playground in Chromium', () => {
  let server: ManagedProcess;
  let browser: Browser;
  let page: Page;
  let address: string;
  const requests: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    const port = await freePort();
    server = await spawnProcess(process.execPath, ['playground/serve.mjs', `--port=${port}`], {
      cwd: folder,
      env: { NODE_ENV: undefined, VITEST: undefined },
    });
    address = await eventually('the playground says where it is', () => /Playground: (\S+)/.exec(server.stdout())?.[1]);
    browser = await chromium.launch({
      executablePath: chromiumPath(),
      headless: true,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('request', (request) => requests.push(request.url()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    await page.goto(address);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const text = async (id: string): Promise<string> => (await page.locator(`#${id}`).textContent()) ?? '';
  const figure = async (id: string): Promise<number> => Number((await text(id)).replaceAll(',', ''));
  const node = (name: string) => page.locator(`button[data-node="${name}"]`);
  /** Waits until the log tells of one change more, and answers what it says. */
  async function after(change: () => Promise<unknown>): Promise<string> {
    const log = page.locator('#log li');
    const before = await log.count();
    await change();
    await log.nth(before).waitFor();
    return (await log.first().textContent()) ?? '';
  }
  const replicasOn = async (name: string): Promise<number> =>
    Number(/(\d+) replicas/.exec((await node(name).getAttribute('aria-label')) ?? '')?.[1]);

  it('places ten thousand partitions on a hundred nodes as it opens', async () => {
    await page.locator('#log li').first().waitFor();
    expect(await page.locator('button[data-node]').count()).toBe(100);
    expect(await figure('moves')).toBe(30_000);
    expect(await figure('balance')).toBeLessThanOrEqual(1.0201);
  });

  it('copies what stood on a node that is killed, and little more where weights have to add up', async () => {
    const lost = await replicasOn('node-017');
    expect(lost).toBeGreaterThan(200);
    expect(await after(() => node('node-017').click())).toContain('node-017 is dead');
    expect(await figure('bound')).toBe(lost);
    expect(await figure('moves')).toBeGreaterThanOrEqual(lost);
    expect(await figure('moves')).toBeLessThanOrEqual(1.05 * lost);
    expect(await node('node-017').getAttribute('data-state')).toBe('offline');
    expect(await replicasOn('node-017')).toBe(0);
    const arrived = await page.locator('button[data-node]').allTextContents();
    expect(arrived.reduce((sum, one) => sum + Number(one), 0)).toBe(await figure('moves'));
  });

  it('brings it back by the keyboard, drains the next one, and goes on where the focus was', async () => {
    await node('node-017').focus();
    expect(await after(() => page.keyboard.press('Enter'))).toContain('node-017 is back');
    expect(await replicasOn('node-017')).toBeGreaterThan(0);
    await page.keyboard.press('ArrowRight');
    const neighbour = await page.locator(':focus').getAttribute('data-node');
    expect(neighbour).toBe('node-027');
    expect(await after(() => page.keyboard.press('d'))).toContain('node-027 is drained');
    expect(await replicasOn('node-027')).toBe(0);
    expect(await page.locator(':focus').getAttribute('data-node')).toBe('node-027');
  });

  it('lets nodes join and balance be asked otherwise without placing everything anew', async () => {
    const nodes = page.locator('input[name=nodes]');
    expect(await after(() => nodes.press('ArrowRight'))).toContain('10 nodes joined');
    expect(await figure('moves')).toBeLessThan(6_000);
    expect(await page.locator('button[data-node]').count()).toBe(110);
    const tolerance = page.locator('input[name=tolerance]');
    expect(await after(() => tolerance.press('ArrowRight'))).toContain('Tolerance is 3 %');
    expect(await figure('moves')).toBeLessThanOrEqual(100);
  });

  it('makes exactly as many copies as the bound where replicas weigh alike', async () => {
    expect(await after(() => page.locator('input[name=skew]').press('Home'))).toContain('placed anew');
    const lost = await replicasOn('node-042');
    expect(await after(() => node('node-042').click())).toContain('node-042 is dead');
    expect([await figure('moves'), await figure('bound')]).toEqual([lost, lost]);
    expect(lost).toBeGreaterThan(200);
  });

  it('fits a phone, asked nobody else for anything and had nothing to complain about', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
    expect(overflow).toBeLessThanOrEqual(0);
    const origin = new URL(address).origin;
    expect(requests.filter((url) => !url.startsWith(origin) && !url.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
