import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/google-chrome'];

/** What keeps it from asking the network for anything of its own. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Start a headless Chromium, with a profile of its own. */
export function startBrowser(): Promise<Browser> {
  const executablePath = PROGRAMS.find((each) => existsSync(each));
  if (executablePath === undefined) throw new Error(`Install one of ${PROGRAMS.join(', ')}`);
  return chromium.launch({ executablePath, args: QUIET });
}

/** A page that is open, and what it did beside that. */
export interface Opened {
  readonly page: Page;
  /** The requests that it made, errors and what it wrote to the console. */
  readonly events: string[];
}

export async function open(
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const events: string[] = [];
  page.on('request', (request) => events.push(request.url()));
  page.on('console', (message) => events.push(message.text()));
  page.on('pageerror', (error) => events.push(error.message));
  page.on('dialog', (dialog) => events.push(dialog.message()));
  await page.goto(`file://${file}`);
  return { page, events };
}

const CONTRAST = readFileSync(join(__dirname, 'contrast.js'), 'utf8');

/** The lowest contrast between a text that is shown and what is behind it, as WCAG counts it. */
export function lowestContrast(page: Page): Promise<number> {
  return page.evaluate<number>(CONTRAST);
}
