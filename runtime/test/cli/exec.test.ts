import { join } from 'node:path';

import { runCli } from '../../../demo/cli.js';
import { Credstash } from '../../src/index.js';
import { Setting } from './setting.js';

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
  await setting.credstash.putAll({ 'app/db.password': 'p', 'app/key': 'k', other: 'o' });
  await setting.credstash.put('zero', 's3cr3t\0');
  await setting.credstash.put('bound', 'b', { context: { env: 'prod' } });
});
afterEach(() => setting.aws.aws.clearFaults());
afterAll(() => setting.close());

const exec = (...args: string[]) => setting.run('exec', ...args);

test.each([
  ['a name', ['app/key'], 'APP_KEY', 'k'],
  ['a pattern', ['app/*'], 'APP_DB_PASSWORD', 'p'],
  ['--prefix', ['--prefix', 'app/'], 'APP_DB_PASSWORD', 'p'],
  ['--prefix with --strip', ['--prefix', 'app/', '--strip'], 'DB_PASSWORD', 'p'],
  ['--map', ['--map', 'PGPASSWORD=app/db.password'], 'PGPASSWORD', 'p'],
  ['--map of any name', ['--map', '__proto__=app/db.password'], '__proto__', 'p'],
  [
    'a name beside a pattern and --map',
    ['app/*', 'other', '--map', 'PGPASSWORD=app/db.password'],
    'OTHER',
    'o',
  ],
  ['a secret with --context', ['bound', '--context', 'env=prod'], 'BOUND', 'b'],
])('exec sets a variable of the child from %s', async (_, args, variable, value) => {
  expect(await exec(...args, '--', 'printenv', variable)).toEqual({
    exitCode: 0,
    stdout: `${value}\n`,
    stderr: '',
  });
});

test('exec tells where an encryption context belongs that was given as with get', async () => {
  const { exitCode, stderr } = await exec('bound', 'env=prod', '--', 'true');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^An encryption context is given by --context key=value\.$/m);
});

test('exec warns of a pattern that matches nothing, if another secret is read', async () => {
  for (const args of [
    ['zzz*', 'app/*'],
    ['zzz*', 'app/key'],
    ['zzz*', '--map', 'APP_KEY=app/key'],
  ]) {
    expect(await exec(...args, '--', 'printenv', 'APP_KEY')).toEqual({
      exitCode: 0,
      stdout: 'k\n',
      stderr: "warning: no secret's name matches zzz*\n",
    });
  }
});

test('exec --all sets a variable from each secret, and does not start the child without any', async () => {
  const all = (...args: string[]) => exec('-t', 'credential-store-prod', ...args);
  expect(await all('--all', '--', 'true')).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: "*: no secret's name matches\ntrue was not started\n",
  });
  const prod = new Credstash({ ...setting.aws.clients(), compartment: 'prod' });
  await prod.putAll({ 'app/one': '1', two: '2' });
  const { stdout } = await all('--all', '--pristine', '--', 'env');
  expect(stdout.split('\n')).toEqual(expect.arrayContaining(['APP_ONE=1', 'TWO=2']));
});

test('exec reads a literal name without a Scan', async () => {
  setting.aws.takeCalls();
  await exec('app/key', '--', 'true');
  expect(setting.aws.takeCalls()).toEqual(['dynamodb:Query', 'kms:Decrypt']);
});

test('exec passes the arguments after -- to the child unchanged', async () => {
  const { stdout } = await exec('app/key', '--', 'printf', '%s|', '-v', '--', 'a b', '*');
  expect(stdout).toBe('-v|--|a b|*|');
});

test('exec adds secrets to its environment; --no-clobber keeps set variables, --pristine drops the rest', async () => {
  const env = { ...setting.env, OTHER: 'mine', KEPT: 'kept' };
  const run = async (...args: string[]) => {
    const { stdout } = await runCli(['exec', ...args, 'other', '--', 'env'], env);
    return stdout.trim().split('\n');
  };
  expect(await run()).toEqual(expect.arrayContaining(['OTHER=o', 'KEPT=kept']));
  expect(await run('--no-clobber')).toEqual(expect.arrayContaining(['OTHER=mine']));
  const pristine = await run('--pristine');
  expect(pristine.map((line) => line.split('=')[0]).sort()).toEqual(['OTHER', 'PATH']);
});

test('exec passes a signal on that comes just before the child starts', async () => {
  // While the program is looked up, after the secrets are read.
  const hook = await setting.file(
    'hook.cjs',
    `const fs = require('fs');
     const { accessSync } = fs;
     fs.accessSync = (...args) => {
       process.kill(process.pid, 'SIGTERM');
       return accessSync(...args);
     };`,
  );
  const env = { ...setting.env, NODE_OPTIONS: `--require ${hook}` };
  const args = ['exec', 'other', '--', 'sh', '-c', 'sleep 2; echo done'];
  expect(await runCli(args, env)).toEqual({ exitCode: 143, stdout: '', stderr: '' });
});

describe('exec does not start the child', () => {
  const touched = () => join(setting.folder, 'touched');

  test.each<[string, string[], RegExp]>([
    ['a name is missing', ['nope'], /^nope: Item {'name': 'nope'} couldn't be found\.\n/],
    ["a secret can't be read", ['app/key', 'bound'], /^bound: KMS ERROR: Could not decrypt/],
    ['nothing matches', ['yyy*', '--prefix', 'zzz'], /^yyy\*: no secret's name matches\nzzz\*: no/],
    [
      'one of two patterns matches nothing, with --strict',
      ['zzz*', 'app/*', '--strict'],
      /^zzz\*: no secret's name matches\ntouch/,
    ],
    [
      'a prefix matches nothing, with --strict',
      ['app/key', '--prefix', 'zzz', '--strict'],
      /^zzz\*: no secret/,
    ],
  ])('when %s', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await exec(...args, '--', 'touch', touched());
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\ntouch was not started\n$/);
    expect((await exec('other', '--', 'test', '-e', touched())).exitCode).toBe(1);
  });

  test('when a value contains a zero byte, and does not show the value', async () => {
    for (const args of [['zero'], ['--map', 'X=zero']]) {
      const { exitCode, stderr } = await exec(...args, '--', 'touch', touched());
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: "zero: an environment variable can't contain a zero byte\ntouch was not started\n",
      });
    }
  });

  test.each([
    ['no secret', ['--', 'true']],
    ['no command', ['app/key']],
    ['no command after --', ['app/key', '--']],
    ['--strip without --prefix', ['app/key', '--strip', '--', 'true']],
    ['a malformed --map', ['--map', 'X', '--', 'true']],
    ['a malformed --context', ['app/key', '--context', 'X', '--', 'true']],
  ])('after a usage error: %s', async (_, args) => {
    expect(await exec(...args)).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

test.each([
  ['the exit code of the child', ['sh', '-c', 'exit 7'], 7],
  ['143 when SIGTERM ended the child', ['sh', '-c', 'kill -TERM $$'], 143],
  ['127 when the command is not found', ['no-such-program'], 127],
  ["126 when the command can't be started", ['/etc'], 126],
  ['126 when a file is in its path in place of a folder', ['/etc/passwd/program'], 126],
])('exec exits with %s', async (_, command, exitCode) => {
  expect((await exec('app/key', '--', ...command)).exitCode).toBe(exitCode);
});

test('exec tells that the environment is too large, for which the system starts no child', async () => {
  await setting.credstash.put('long', 'x'.repeat(200_000));
  expect(await exec('long', '--', 'true')).toEqual({
    exitCode: 126,
    stdout: '',
    stderr: 'true could not be started (E2BIG)\n',
  });
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'])(
  'exec forwards %s to the child, even one sent right after it started',
  async (signal) => {
    // The child sends it, as the first thing that it does, and waits for it no longer than 5 s.
    const name = signal.slice(3);
    const script = `trap 'exit 5' ${name}; kill -${name} $PPID; for _ in $(seq 50); do sleep 0.1; done`;
    const codes = new Set<number>();
    for (let run = 0; run < 8; run++) {
      codes.add((await exec('app/key', '--', 'sh', '-c', script)).exitCode);
    }
    expect([...codes]).toEqual([5]);
  },
);
