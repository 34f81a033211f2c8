import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { linkCli, type Outcome } from '../../../demo/cli.js';
import { padVersion } from '../../src/format/version.js';
import { Setting } from './setting.js';

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
  await linkCli(setting.folder);
});
afterEach(() => setting.deleteAll());
afterAll(() => setting.close());

/** Run a script of bash, in which credstash is on the PATH. */
function shell(script: string): Promise<Outcome> {
  const path = `${setting.folder}:${process.env.PATH}`;
  const child = promisify(execFile)('bash', ['-c', script], {
    env: { ...process.env, ...setting.env, PATH: path },
  });
  return child.then(
    ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => {
      return { exitCode: code, stdout, stderr };
    },
  );
}

const names = async () => (await setting.credstash.list()).map(({ name }) => name);

describe('put stops to read what is larger than any item:', () => {
  test.each(['put foo @/dev/zero', 'put foo - < /dev/zero'])('%s', async (command) => {
    expect(await shell(`credstash ${command}`)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'The input has more than 409600 bytes. Nothing was stored.\n',
    });
  });
});

describe('put refuses, with exit code 2,', () => {
  test.each([
    ['a value that is not UTF-8', `put foo $'s3cr3t\\xff'`, /argument 3 of 3 is not UTF-8/],
    ['a name that is not UTF-8', `put $'\\xe9' bar`, /argument 2 of 3 is not UTF-8/],
    ['a comment that is not UTF-8', `put foo bar -c $'\\xe9'`, /argument 5 of 5 is not UTF-8/],
    ['a context that is not UTF-8', `put foo bar a=$'\\xe9'`, /argument 4 of 4 is not UTF-8/],
    ['a folder as standard input', 'put foo - < /', /can't read standard input \(EISDIR\)/],
    ['a closed standard input', 'put foo - <&-', /standard input is closed, or \/dev\/null/],
    ['/dev/null as standard input', 'put foo - < /dev/null', /standard input is closed/],
    ['a folder as @file', 'put foo @/', /can't read the file \/ \(EISDIR\)/],
    ['one key of a context twice', 'put foo s3cr3t env=a env=b', /"env" is given twice/],
  ])('%s', async (_, command, message) => {
    const { exitCode, stdout, stderr } = await shell(`credstash ${command}`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: [^\n]*\n$/);
    expect(stderr).not.toContain('s3cr3t');
    expect(await names()).toEqual([]);
  });
});

test('put and get keep U+FFFD where it was given, and a pair of the context given twice', async () => {
  await setting.run('put', 'foo', '\ufffd', 'env=a', 'env=a');
  expect((await setting.run('get', '-n', 'foo', 'env=a')).stdout).toBe('\ufffd');
});

describe('put -P refuses', () => {
  test.each([
    ['an empty line', '\n', 'Nothing was typed.'],
    ['two lines', 's3cr3t\nsecond\n', 'More than one line was typed'],
    ['two lines, of which the last has no end', 's3cr3t\nsecond', 'More than one line was typed'],
    ['what is not UTF-8', Buffer.from('s3cr3t\xff\n', 'latin1'), 'What was typed is not UTF-8.'],
  ])('%s', async (_, input, message) => {
    const { exitCode, stdout, stderr } = await setting.pipe(input, 'put', 'foo', '-P');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(`foo: \n${message}`);
    expect(stderr).toMatch(/ Nothing was stored\.\n$/);
    expect(stderr).not.toContain('s3cr3t');
    expect(await names()).toEqual([]);
  });
});

describe('put warns of', () => {
  test.each([
    ['a missing value', ['put', 'foo'], 'foo gets an empty value'],
    ['an empty standard input', ['put', 'foo', '-'], 'standard input is empty'],
    [
      'a version that is not a number',
      ['put', 'foo', 'bar', '-v', 'abc'],
      'version abc is not a number: if it becomes the latest, put -a fails after it',
    ],
    ['a name with *', ['put', 'a*b', 'bar'], 'get takes the name a*b for a pattern'],
    [
      'a name with * among many',
      ['putall', '{"a*b": "bar", "c": ""}'],
      'get takes the name a*b for a pattern',
    ],
  ])('%s', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await setting.run(...args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/ has been stored\n$/);
    expect(stderr).toBe(`warning: ${message}\n`);
  });

  test('nothing when the value is given as an empty string', async () => {
    expect((await setting.run('put', 'foo', '')).stderr).toBe('');
    expect(await setting.credstash.get('foo')).toBe('');
  });
});

test('put -a and --if-changed tell the version that they wrote, on stderr', async () => {
  await setting.credstash.put('foo', 'a', { version: 7 });
  const stdout = 'foo has been stored\n';
  const told = (version: number) => ({ stdout, stderr: `foo has version ${version}\n` });
  expect(await setting.run('put', 'foo', 'b', '-a')).toMatchObject(told(8));
  expect(await setting.run('put', 'foo', 'c', '--if-changed')).toMatchObject(told(9));
  expect((await setting.run('put', 'foo', 'c', '--if-changed')).stderr).toBe('');
  expect((await setting.run('put', 'foo', 'd', '-v', '12')).stderr).toBe('');
  expect((await setting.credstash.versions('foo'))[0]).toBe(padVersion(12));
});
