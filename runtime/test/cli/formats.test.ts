import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { parse as parseDotenv } from 'dotenv';
import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';

import { formatSecrets } from '../../src/cli/output/formats.js';
import { secrets, values } from './strings.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credstash-formats-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The variables that bash has after it sourced a file, of those whose names start with V. */
async function sourced(text: string): Promise<Record<string, string>> {
  const file = join(folder, 'sourced');
  await writeFile(file, text);
  const script = 'set -a; . "$0"; env -0';
  const { stdout } = await promisify(execFile)('bash', ['-c', script, file], {
    env: { PATH: process.env.PATH, HOME: '/home' },
  });
  const pairs = stdout.split('\0').map((pair) => /^(V\d*)=([^]*)$/.exec(pair));
  return Object.fromEntries(pairs.flatMap((match) => (match ? [[match[1], match[2]]] : [])));
}

const named = (list: readonly string[]) => new Map(list.map((value, i) => [`v${i}`, value]));

/** The secrets that were not refused, by variable. */
function accepted(all: Map<string, string>, failures: ReadonlyMap<string, Error>) {
  const pairs = [...all].filter(([name]) => !failures.has(name));
  return Object.fromEntries(pairs.map(([name, value]) => [name.toUpperCase(), value]));
}

test('bash and the npm package dotenv read from -f dotenv what was put, or it is refused', async () => {
  await fc.assert(
    fc.asyncProperty(values, async (list) => {
      const { text, failures } = await formatSecrets('dotenv', named(list));
      expect(parseDotenv(text)).toEqual(accepted(named(list), failures));
      expect(await sourced(text)).toEqual(accepted(named(list), failures));
    }),
  );
});

test.each([
  ["it's", `"it's"`],
  ['plain "quoted" $HOME `id` # !', `'plain "quoted" $HOME \`id\` # !'`],
  ['C:\\temp', `'C:\\temp'`],
  ['line\nline\n', `'line\nline\n'`],
  ['', "''"],
])('-f dotenv writes %j', async (value, word) => {
  const { text } = await formatSecrets('dotenv', new Map([['app/db.password', value]]));
  expect(text).toBe(`APP_DB_PASSWORD=${word}\n`);
});

test.each(["it's $HOME", 'ends with \\', 'two \\\\', '${HOME}', 'a\rb', '\0'])(
  '-f dotenv refuses %j by the name of the secret',
  async (value) => {
    const { text, failures } = await formatSecrets('dotenv', new Map([['app/key', value]]));
    expect(text).toBe('');
    expect([...failures.keys()]).toEqual(['app/key']);
  },
);

test('bash reads from -f shell what was put', async () => {
  await fc.assert(
    fc.asyncProperty(values, async (list) => {
      const { text } = await formatSecrets('shell', named(list));
      expect(await sourced(text)).toEqual(accepted(named(list), new Map()));
    }),
  );
});

test('the yaml package reads from -f yaml what was put, as YAML 1.1 and as YAML 1.2', async () => {
  await fc.assert(
    fc.asyncProperty(secrets, async (some) => {
      const { text } = await formatSecrets('yaml', some);
      for (const version of ['1.1', '1.2'] as const) {
        expect(parseYaml(text, { version, mapAsMap: true })).toEqual(some);
      }
    }),
  );
});

test('-f yaml writes names that are too long for a simple key', async () => {
  const long = new Map(
    ['x'.repeat(1023), '\u007f'.repeat(300), 'é'.repeat(1000)].map((n) => [n, n]),
  );
  const { text } = await formatSecrets('yaml', long);
  expect(parseYaml(text, { mapAsMap: true })).toEqual(long);
});
