import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

import { cliCommand } from '../../../demo/cli.js';
import { padVersion } from '../../src/format/version.js';
import { Setting } from './setting.js';

const [v1, v2] = [padVersion(1), padVersion(2)];

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
});
afterEach(() => setting.deleteAll());
afterAll(() => setting.close());

/** What a terminal of so many columns shows, as lines. */
async function onTerminal(columns: number, command: string): Promise<string[]> {
  const line = `stty cols ${columns}; ${cliCommand().flat().join(' ')} ${command}`;
  const args = ['--quiet', '--return', '--command', line, '/dev/null'];
  const env = { ...process.env, ...setting.env };
  const { stdout } = await promisify(execFile)('script', args, { env });
  return stdout.trimEnd().split('\r\n');
}

describe('list and keys', () => {
  beforeEach(() => setting.credstash.putAll({ 'app/a': '', 'app/b': '', b: '', c: '' }));

  test('write only the names, and what matches a pattern', async () => {
    expect((await setting.run('keys', 'app/*', 'c')).stdout).toBe('app/a\napp/b\nc\n');
    expect((await setting.run('list', '*b')).stdout).toBe(
      `app/b -- version ${v1} -- comment \nb     -- version ${v1} -- comment \n`,
    );
    expect(await setting.run('keys', 'x*')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  test('write JSON with --json', async () => {
    const { stdout } = await setting.run('keys', 'app/*', '--json');
    expect(JSON.parse(stdout)).toEqual(['app/a', 'app/b']);
    expect(JSON.parse((await setting.run('list', 'c', '--json')).stdout)).toEqual([
      { name: 'c', version: v1 },
    ]);
  });
});

describe('history', () => {
  beforeEach(async () => {
    await setting.credstash.put('foo', 's3cr3t', { comment: 'first' });
    await setting.credstash.put('foo', 's3cr3t', { version: 2 });
    await setting.credstash.put('foot', 's3cr3t');
  });

  test('writes the versions and comments of one secret, the latest first', async () => {
    expect(await setting.run('history', 'foo')).toEqual({
      exitCode: 0,
      stdout: `foo -- version ${v2} -- comment \nfoo -- version ${v1} -- comment first\n`,
      stderr: '',
    });
    expect(JSON.parse((await setting.run('history', 'foo', '--json')).stdout)).toEqual([
      { name: 'foo', version: v2 },
      { name: 'foo', version: v1, comment: 'first' },
    ]);
    const table = (await setting.run('history', 'foo', '-f', 'table')).stdout;
    expect(table).toMatch(/│ foo +│ 2 +│ +│\n│ foo +│ 1 +│ first +│/);
  });

  test('fails as get does when there is no such secret', async () => {
    expect(await setting.run('history', 'nope')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: "Item {'name': 'nope'} couldn't be found.\n",
    });
  });
});

describe('list -f table', () => {
  test.each([40, 60, 100])('fits a terminal of %d columns, and loses nothing', async (columns) => {
    const name = 'app/service-with-a-long-name/database.password';
    const comment = 'rotated by the deployer, see ticket 日本語 for why it was done in this way';
    await setting.credstash.put(name, '', { comment });
    const lines = await onTerminal(columns, 'list -f table');
    for (const line of lines) {
      const wide = Array.from(line.matchAll(/[日本語]/g)).length;
      expect(line.length + wide).toBe(lines[0]?.length);
    }
    expect(lines[0]?.length).toBeLessThanOrEqual(columns);
    const cells = lines.map((line) => line.split('│').map((cell) => cell.trim()));
    const column = (index: number) => cells.map((cell) => cell[index] ?? '');
    expect(column(1).join('')).toContain(name);
    expect(column(3).join(' ').replace(/ +/g, ' ')).toContain(comment);
  });

  test('is as wide as it needs to be in a pipe', async () => {
    await setting.credstash.put('n'.repeat(300), '', { comment: 'c '.repeat(300) });
    const { stdout } = await setting.run('list', '-f', 'table');
    expect(stdout).toContain(`│ ${'n'.repeat(300)} │ 1       │ ${'c '.repeat(299)}c`);
  });

  test('writes 100,000 versions within seconds and 512 MB', async () => {
    // The AWS of the tests would take minutes to store them.
    const pages = Array.from({ length: 20 }, (_, page) => ({
      Items: Array.from({ length: 5000 }, (_, i) => ({
        name: { S: `app/service-${page * 5000 + i}/db.password` },
        version: { S: v1 },
        comment: { S: 'rotated by the deployer' },
      })),
      ...(page < 19 ? { LastEvaluatedKey: { name: { S: String(page + 1) } } } : {}),
    }));
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        const { ExclusiveStartKey } = JSON.parse(body) as {
          ExclusiveStartKey?: { name: { S: string } };
        };
        response.setHeader('content-type', 'application/x-amz-json-1.0');
        response.end(JSON.stringify(pages[Number(ExclusiveStartKey?.name.S ?? 0)]));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const env = {
      ...process.env,
      ...setting.env,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      NODE_OPTIONS: '--max-old-space-size=512',
    };
    const start = performance.now();
    const { stdout, stderr } = await promisify(execFile)(...cliCommand('list', '-f', 'table'), {
      env,
      maxBuffer: 100_000_000,
    });
    const seconds = (performance.now() - start) / 1000;
    server.close();
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toHaveLength(100_000 + 5);
    expect(seconds).toBeLessThan(30);
  });
});
