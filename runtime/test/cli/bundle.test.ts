import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { build } from 'esbuild';

import { CLI } from '../../../scripts/bundles.js';
import { Setting } from './setting.js';

const ROOT = join(__dirname, '../../..');
const run = promisify(execFile);

/** Packages that only some commands need, and a command that does. */
const LAZY: Record<string, string[]> = {
  '@aws-sdk/credential-providers': ['-n', 'arn:aws:iam::111122223333:role/reader', 'keys'],
  'csv-stringify': ['getall', '-f', 'csv'],
  dotenv: ['putall', 'A=1', '-f', 'dotenv'],
  'wrap-ansi': ['list', '-f', 'table'],
  yaml: ['putall', 'A: "1"', '-f', 'yaml', '-v', '2'],
};

let setting: Setting;
let folder: string;

/** The bundle as it is published, but with the paths of its modules in it. */
beforeAll(async () => {
  setting = await Setting.create();
  await mkdir(join(ROOT, 'dist'), { recursive: true });
  folder = await mkdtemp(join(ROOT, 'dist/bundle-'));
  await build({ ...CLI, outdir: folder, minify: false });
  await setting.credstash.put('foo', 'bar');
});

afterAll(async () => {
  await setting.close();
  await rm(folder, { recursive: true });
});

/** The packages that a command evaluates a module of, and those that wait in the bundle. */
async function loadedBy(args: string[]): Promise<Set<string>> {
  const coverage = await mkdtemp(join(folder, 'coverage-'));
  const env = { ...process.env, ...setting.env, NODE_V8_COVERAGE: coverage };
  const child = run(process.execPath, [join(folder, 'credstash.cjs'), ...args], { env });
  child.child.stdin?.end('typed\n');
  await child;
  const [report = ''] = await readdir(coverage);
  const { result } = JSON.parse(await readFile(join(coverage, report), 'utf8')) as {
    result: {
      url: string;
      functions: { functionName: string; ranges: { count: number }[] }[];
    }[];
  };
  const functions = result.find(({ url }) => url.endsWith('/credstash.cjs'))?.functions ?? [];
  const evaluated = functions.filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0);
  const packages = evaluated.flatMap(({ functionName }) => {
    const [, name] = /^(?:runtime\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(functionName) ?? [];
    return name === undefined ? [] : [name];
  });
  return new Set(packages);
}

test('the CLI bundle leaves the calls of setup to credstash-provisioner.cjs', async () => {
  const main = await readFile(join(ROOT, 'runtime/dist/credstash.cjs'), 'utf8');
  const provisioner = await readFile(join(ROOT, 'runtime/dist/credstash-provisioner.cjs'), 'utf8');
  expect(main).not.toMatch(/CreatePolicyVersion|ScheduleKeyDeletion/);
  expect(provisioner).toMatch(/CreatePolicyVersion/);
  expect(provisioner).toMatch(/ScheduleKeyDeletion/);
});

test('get loads no package that only other commands need', async () => {
  const loaded = await loadedBy(['get', 'foo']);
  // What it does need is seen, so that what is not seen was not loaded.
  expect(loaded).toContain('commander');
  for (const name of [...Object.keys(LAZY), 'cli-progress']) expect(loaded).not.toContain(name);
});

test.each(Object.entries(LAZY))('the CLI loads %s when a command needs it', async (name, args) => {
  expect(await loadedBy(args)).toContain(name);
});
