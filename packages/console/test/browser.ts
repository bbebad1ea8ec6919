import { chromiumPath, temporaryDirectory } from '@keelson/testing';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** A browser of its own, with everything it asked for and complained about written down. */
export interface TestBrowser extends AsyncDisposable {
  readonly page: Page;
  /** Addresses of all requests so far. */
  readonly requests: readonly string[];
  /** Errors and warnings of the console, broken content policies among them, and exceptions nobody caught. */
  readonly complaints: readonly string[];
}

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens Chromium with a fresh profile. */
export async function openBrowser(options: BrowserContextOptions = {}): Promise<TestBrowser> {
  const profile = await temporaryDirectory('chromium');
  const context = await chromium.launchPersistentContext(profile.path, {
    viewport: { width: 1280, height: 800 },
    ...options,
    executablePath: chromiumPath(),
    headless: true,
    args: ARGS,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const { requests, complaints } = listen(context, page);
  return {
    page,
    requests,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
      await profile.remove();
    },
  };
}

function listen(context: BrowserContext, page: Page): { requests: string[]; complaints: string[] } {
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  return { requests, complaints };
}
