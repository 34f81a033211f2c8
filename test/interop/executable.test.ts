import { execFile } from 'node:child_process';
import { mkdtemp, open, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cliCommand } from '../../demo/cli';
import { Credstash } from '../../runtime/src/index.js';
import { buildExecutable, ownArchitecture } from '../../scripts/executable';
import { TestAws } from '../../testbed/test-aws';

const run = promisify(execFile);
const FOLDER = join(__dirname, '../../dist/executable');

let aws: TestAws;
let env: NodeJS.ProcessEnv;
let executable: string;
let empty: string;

beforeAll(async () => {
  aws = await TestAws.start();
  await new Credstash(aws.clients()).put('foo', 'bar');
  empty = await mkdtemp(join(tmpdir(), 'credstash-empty-'));
  env = { PATH: process.env.PATH, ...(await aws.env()) };
  executable = await buildExecutable(24, ownArchitecture(), join(FOLDER, 'own'));
});
afterAll(async () => {
  await aws.aws.stop();
  await rm(empty, { recursive: true });
  await rm(FOLDER, { recursive: true });
});

const credstash = (args: string[], variables: NodeJS.ProcessEnv = {}) =>
  run(executable, args, { env: { ...env, ...variables }, cwd: empty });

test('the executable sets a compartment up, and puts and gets a secret, without writing a file', async () => {
  const variables = { HOME: empty, TMPDIR: empty, CREDSTASH_COMPARTMENT: 'new' };
  expect((await credstash(['setup'], variables)).stdout).toContain('Ready.');
  await credstash(['put', 'a', 'b'], variables);
  // Node.js would warn on standard error of a code cache that it can't use.
  expect(await credstash(['get', 'a'], variables)).toEqual({ stdout: 'b\n', stderr: '' });
  expect((await credstash(['doctor'], variables)).stdout).toContain('credential-store-new');
  expect(await readdir(empty)).toEqual([]);
});

test('the executable runs with no variables, and by another name', async () => {
  const link = join(await mkdtemp(join(tmpdir(), 'credstash-link-')), 'cs');
  await symlink(executable, link);
  const args = { argv0: '', env: {} };
  expect(await run(link, ['--version'], args)).toEqual(await run(...cliCommand('--version')));
});

test('NODE_OPTIONS has no effect on the executable, and reaches the command of exec', async () => {
  const NODE_OPTIONS = '--require /nonexistent.js';
  const exec = ['exec', 'foo', '--', 'printenv', 'FOO', 'NODE_OPTIONS'];
  expect((await credstash(exec, { NODE_OPTIONS })).stdout).toBe(`bar\n${NODE_OPTIONS}\n`);
});

test.each(['--help', 'completion bash', 'completion zsh', 'completion fish'])(
  'the executable writes what the CLI of npm writes: %s',
  async (command) => {
    const args = command.split(' ');
    expect(await credstash(args)).toEqual(await run(...cliCommand(...args), { env }));
  },
);

test('the executable for another architecture is a program of that', async () => {
  const [other, machine] =
    ownArchitecture() === 'x64' ? (['arm64', 183] as const) : (['x64', 62] as const);
  const file = await open(await buildExecutable(24, other, join(FOLDER, 'other')));
  const { buffer } = await file.read(Buffer.alloc(20), 0, 20, 0);
  await file.close();
  expect(buffer.readUInt16LE(18)).toBe(machine); // e_machine of the ELF header
});
