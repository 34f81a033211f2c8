import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Browser, Locator, Page } from 'playwright-core';

import { runCli } from '../../demo/cli';
import { synthesizeApp } from './app';
import { lowestContrast, open, startBrowser, type Opened } from './browser';

let folder: string;
let browser: Browser;
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'credstash-page-'));
  synthesizeApp(folder);
  browser = await startBrowser();
  file = await write('access.html');
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** Let the CLI write a page. */
async function write(page: string, name?: string, app = folder): Promise<string> {
  const path = join(folder, page);
  const args = ['access', ...(name === undefined ? [] : [name]), '--app', app, '--html', path];
  const outcome = await runCli(args, {});
  expect(outcome).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  return path;
}

const box = (page: Page, name: 'Secret' | 'Who') => page.getByRole('searchbox', { name });

/** Who is shown, with the verbs that are not `no`. */
async function shown(page: Page): Promise<string[]> {
  const texts = (locator: Locator) => locator.allInnerTexts();
  const lines: string[] = [];
  for (const table of await page.locator('table').all()) {
    const [, ...verbs] = await texts(table.locator('thead th'));
    for (const row of await table.locator('tbody tr').all()) {
      if (!(await row.isVisible())) continue;
      const who = (await row.locator('th').innerText()).split('\n')[0];
      const cells = await texts(row.locator('td'));
      lines.push(
        `${who}: ${verbs.filter((_, index) => !['', 'no'].includes(cells[index] ?? '')).join(', ')}`,
      );
    }
  }
  return lines.sort();
}

/** Who the CLI says can use a secret, with the verbs. */
async function told(name: string): Promise<string[]> {
  const args = ['access', name, '--app', folder, '-f', 'json'];
  const { stdout } = await runCli(args, {});
  const { compartments } = JSON.parse(stdout) as {
    compartments: { access: { principal: string; verb: string }[] }[];
  };
  const lines = new Map<string, string[]>();
  for (const { principal, verb } of compartments.flatMap(({ access }) => access)) {
    lines.set(principal, [...(lines.get(principal) ?? []), verb]);
  }
  return [...lines].map(([who, verbs]) => `${who}: ${verbs.join(', ')}`).sort();
}

test('the page loads nothing, writes nothing to the console, and has every principal', async () => {
  const { page, events } = await open(browser, file);
  expect(events).toEqual([`file://${file}`]);
  expect(await shown(page)).toEqual(
    expect.arrayContaining([
      'role Prod/Shop/Backup: read, list',
      'role Prod/Shop/WebServer: read',
      'role Prod/Shop/Deployer: write',
    ]),
  );
  const { compartments } = JSON.parse(
    readFileSync(join(folder, 'credstash-access.json'), 'utf8'),
  ) as {
    compartments: Record<string, { principals: object }>;
  };
  const principals = Object.values(compartments).flatMap((each) => Object.keys(each.principals));
  expect(await shown(page)).toHaveLength(principals.length);
});

test.each(['app/db.password', 'app/demo', 'web/session.key', 'x', 'app'])(
  'the filter shows who can use %s as the CLI tells it',
  async (name) => {
    const { page, events } = await open(browser, file);
    const all = await shown(page);
    await box(page, 'Secret').fill(name);
    expect(await shown(page)).toEqual(await told(name));
    await box(page, 'Secret').fill('');
    expect(await shown(page)).toEqual(all);
    expect(events).toHaveLength(1);
  },
);

test('the filter shows whose name has a text, counts them, and says nobody where none is left', async () => {
  const { page } = await open(browser, file);
  await box(page, 'Who').fill('webserver');
  expect(await shown(page)).toEqual([
    'role Dev/Shop/WebServer: read',
    'role Prod/Shop/WebServer: read',
  ]);
  expect(await page.getByRole('status').innerText()).toMatch(/^2 of \d+ principals: webserver$/);
  await box(page, 'Who').fill('prod/shop/webserver');
  expect(await page.getByText('Nobody.').filter({ visible: true }).count()).toBe(1);
});

test('a page for a name has only who can use that', async () => {
  const { page } = await open(browser, await write('one.html', 'app/demo'));
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Who can use app/demo');
  expect(await shown(page)).toEqual(await told('app/demo'));
});

test('halves and what is not known are marked in words', async () => {
  const { page } = await open(browser, file);
  const read = (role: string) =>
    page.getByRole('row').filter({ hasText: role }).getByRole('cell').first().innerText();
  expect(await read('Prod/Shop/Backup')).toBe('half\ntable: everything\nkey: nothing');
  expect(await read('Prod/Shop/Auditor')).toMatch(/^not known\n.*aws:SourceIp 192\.0\.2\.0/);
  expect(await read('Prod/Shop/WebServer')).toBe(
    'yes\ntable and key: names app/*, web/session.key',
  );
});

describe('in light and in dark', () => {
  const schemes = ['light', 'dark'] as const;
  const background = ({ page }: Opened) =>
    page.evaluate<string>('getComputedStyle(document.body).backgroundColor');

  test.each(schemes)('%s, each text has the contrast that WCAG asks for', async (colorScheme) => {
    const { page } = await open(browser, file, { colorScheme });
    expect(await lowestContrast(page)).toBeGreaterThan(4.5);
    // The screenshots of docs/access.md are made anew if that is asked for.
    if (!process.env.SCREENSHOTS) return;
    const path = join(__dirname, `../../docs/access-${colorScheme}.png`);
    await page.screenshot({ path, fullPage: true });
  });

  test('the colours are different, but on paper they are those of light', async () => {
    const [light, dark] = await Promise.all(
      schemes.map((colorScheme) => open(browser, file, { colorScheme })),
    );
    if (!light || !dark) throw new Error('Not open');
    expect(await background(dark)).not.toBe(await background(light));
    await Promise.all([light, dark].map(({ page }) => page.emulateMedia({ media: 'print' })));
    expect(await background(dark)).toBe('rgb(255, 255, 255)');
    expect(await background(light)).toBe('rgb(255, 255, 255)');
    expect(await box(dark.page, 'Secret').isVisible()).toBe(false);
    expect(await lowestContrast(dark.page)).toBeGreaterThan(4.5);
  });
});

test('without JavaScript the page shows all, and no filter', async () => {
  const { page, events } = await open(browser, file, { javaScriptEnabled: false });
  expect(await shown(page)).toEqual(await shown((await open(browser, file)).page));
  expect(await page.getByRole('searchbox').count()).toBe(0);
  expect(events).toHaveLength(1);
});

test('the keyboard reaches the filter, and each table that can be scrolled', async () => {
  const { page } = await open(browser, file, { viewport: { width: 390, height: 800 } });
  const focus = page.locator(':focus');
  const focused: (string | null)[] = [];
  for (let presses = 0; presses < 4; presses++) {
    await page.keyboard.press('Tab');
    focused.push((await focus.getAttribute('id')) ?? (await focus.getAttribute('class')));
  }
  expect(focused).toEqual(['secret', 'who', 'scroll', 'scroll']);
  const scrolled = () => page.evaluate<number>('document.activeElement.scrollLeft');
  expect(await scrolled()).toBe(0);
  await page.keyboard.press('ArrowRight');
  while ((await scrolled()) === 0) await page.waitForTimeout(20);
});

test('what a template holds is shown, and never run', async () => {
  const hostile = `</script></style><img src=x onerror="document.title='ran'">\u202e"'&`;
  const lockfile = readFileSync(join(folder, 'credstash-access.json'), 'utf8');
  const text = JSON.stringify(hostile).slice(1, -1);
  const named = lockfile
    .replaceAll('Prod/Shop/WebServer', text)
    .replaceAll('app/*', text)
    .replaceAll('It restores backups', text)
    .replaceAll('"name": "shop"', `"name": "${text}"`)
    .replaceAll('IpAddress', text);
  const other = mkdtempSync(join(folder, 'hostile-'));
  writeFileSync(join(other, 'credstash-access.json'), named);
  const path = await write('hostile.html', hostile, other);
  const { page, events } = await open(browser, path);
  expect(await page.title()).toBe(`Who can use ${hostile.replace('\u202e', '\\u202e')}`);
  expect(await page.locator('img').count()).toBe(0);
  await box(page, 'Secret').fill(hostile);
  await box(page, 'Who').fill('</script>');
  expect(await shown(page)).toHaveLength(1);
  expect(events).toEqual([`file://${path}`]);
});

test('what the page did not have when it was written neither runs nor loads', async () => {
  const { page } = await open(browser, file);
  const title = await page.title();
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const image = `<img src="http://127.0.0.1:${port}/" onerror="document.title = 'ran'">`;
  const script = `Object.assign(document.createElement('script'), { text: "document.title = 'ran'" })`;
  await page.evaluate(
    `document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(image)}); document.body.append(${script})`,
  );
  await page.waitForTimeout(500);
  server.close();
  expect(await page.title()).toBe(title);
  expect(requests).toBe(0);
});
