import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { formatSecrets } from '../../runtime/src/cli/output/formats.js';
import { sample, secrets, values } from '../../runtime/test/cli/strings.js';
import { python } from './install';

const FILES = 200;

/** What a reader of Python finds in each of some texts. */
function readByPython(format: 'dotenv' | 'yaml', texts: readonly string[]): [string, unknown][][] {
  const folder = mkdtempSync(join(tmpdir(), 'credstash-formats-'));
  const files = texts.map((text, i) => {
    const file = join(folder, String(i));
    writeFileSync(file, text);
    return file;
  });
  const args = [join(__dirname, 'read_formats.py'), format, ...files];
  const found = execFileSync(python('python'), args, { encoding: 'utf8', maxBuffer: 1e9 });
  rmSync(folder, { recursive: true });
  return JSON.parse(found) as [string, unknown][][];
}

test('python-dotenv reads from -f dotenv what was put, or it is refused', async () => {
  const samples = sample(values, FILES);
  const written = await Promise.all(
    samples.map(async (list) => {
      const named = new Map(list.map((value, i) => [`V${i}`, value]));
      const { text, failures } = await formatSecrets('dotenv', named);
      return { text, expected: [...named].filter(([name]) => !failures.has(name)) };
    }),
  );
  const found = readByPython(
    'dotenv',
    written.map(({ text }) => text),
  );
  expect(found).toEqual(written.map(({ expected }) => expected));
});

test('PyYAML reads from -f yaml what was put', async () => {
  const long = ['x'.repeat(1023), '\u007f'.repeat(300), '\u{1f511}'.repeat(500)];
  const samples = [...sample(secrets, FILES), ...long.map((name) => new Map([[name, name]]))];
  const texts = await Promise.all(
    samples.map(async (some) => (await formatSecrets('yaml', some)).text),
  );
  expect(readByPython('yaml', texts)).toEqual(samples.map((some) => [...some]));
});
