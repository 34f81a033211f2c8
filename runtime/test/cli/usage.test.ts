import { runCli } from '../../../demo/cli.js';
import { Setting } from './setting.js';

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
});
afterEach(() => setting.deleteAll());
afterAll(() => setting.close());

describe('command-line errors', () => {
  test.each<[string, string[], RegExp]>([
    ['a missing name', ['get'], /^error: missing required argument 'credential'\n$/],
    [
      'an unknown command',
      ['gte', 'foo'],
      /^error: unknown command 'gte' \(Did you mean get\?\)\n$/,
    ],
    ['an unknown option', ['list', '--nope'], /^error: unknown option '--nope'/],
    ['an unknown digest', ['put', 'a', 'b', '-d', 'sha1'], /^error: .*Allowed choices are SHA, /],
    ['a malformed context', ['get', 'foo', 'a=b', 'env'], /^error: .*key=value.*argument 2 of 2/],
    ['an empty context value', ['put', 'foo', 'bar', 'env='], /^error: .*key=value/],
    [
      'a profile and a role together',
      ['-p', 'a', 'get', 'foo', '--arn', 'b'],
      /^error: .*cannot be used with/,
    ],
    [
      'a profile and a role together after the command',
      ['get', '-p', 'a', 'foo', '--arn', 'b'],
      /cannot be used with/,
    ],
  ])('report %s on one line, with exit code 2', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await setting.run(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  test('never repeat a secret given in the wrong place', async () => {
    for (const args of [
      ['put', 'foo', '-s3cr3t'],
      ['put', 'foo', '--s3cr3t=x'],
      ['put', '-P', 'foo', 's3cr3t'],
      ['put', 'foo', 'value', 's3cr3t'],
    ]) {
      const { exitCode, stderr } = await setting.run(...args);
      expect(exitCode).toBe(2);
      expect(stderr).not.toContain('s3cr3t');
    }
  });

  test('report an empty name and an invalid compartment on one line, with exit code 1', async () => {
    for (const args of [
      ['get', ''],
      ['get', 'a', '--compartment', 'a b'],
    ]) {
      const { exitCode, stderr } = await setting.run(...args);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^(A secret's name|"a b" is not).*\n$/);
    }
  });

  test('report a setting that the SDK refuses on one line, without a stack trace', async () => {
    const role = 'arn:aws:iam::111122223333:role/reader';
    const AWS_CONFIG_FILE = await setting.file(
      'config',
      `[profile reader]\nrole_arn = ${role}\ncredential_source = Environment\n`,
    );
    const env = { ...setting.env, AWS_CONFIG_FILE, AWS_DEFAULTS_MODE: 'garbage' };
    expect(await runCli(['-p', 'reader', 'get', 'foo'], env)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/^[^\n]*"defaultsMode", [^\n]* got garbage[^\n]*\n$/),
    });
  });

  test('report an AWS error on one line, without a stack trace', async () => {
    await setting.credstash.put('foo', 'bar');
    setting.aws.aws.inject({ action: 'kms:Decrypt', error: 'ValidationException', times: 1 });
    expect(await setting.run('get', 'foo')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'KMS ERROR: Decryption error ValidationException: Injected.\n',
    });
  });
});

test('credstash shows its help without arguments, and with --help', async () => {
  const { exitCode, stdout, stderr } = await setting.run();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^Usage: credstash /);
  expect((await setting.run('--help')).stdout).toBe(stdout);
  expect((await setting.run('put', '--help')).stdout).toMatch(/^Usage: credstash put /);
});

test('credstash help shows the help of the program, and credstash help COMMAND that of a command', async () => {
  expect(await setting.run('help')).toEqual(await setting.run('--help'));
  expect(await setting.run('help', 'get')).toEqual(await setting.run('get', '--help'));
  expect((await setting.run('help')).exitCode).toBe(0);
  expect((await setting.run('help', 'nope')).exitCode).toBe(2);
});

test('the help of the program fits 80 columns, and has a line for each command', async () => {
  const { stdout } = await setting.run('--help');
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).toMatch(/^  history {2,}list the versions of a secret/m);
  expect(stdout).not.toContain('complete-names');
});

test('credstash --version writes a version number', async () => {
  expect((await setting.run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
