import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { padVersion } from '../../src/format/version.js';
import { Setting } from './setting.js';

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
});
afterEach(() => setting.deleteAll());
afterAll(() => setting.close());

describe('getall and get with a pattern', () => {
  beforeEach(async () => {
    await setting.credstash.putAll({ 'app/a': '1', 'app/b': "it's", other: 'x' });
  });

  test('write the matching secrets, sorted by name', async () => {
    expect((await setting.run('get', 'app/*')).stdout).toBe(
      '{\n    "app/a": "1",\n    "app/b": "it\'s"\n}',
    );
    expect((await setting.run('getall', '-f', 'csv')).stdout).toBe(
      "app/a,1\napp/b,it's\nother,x\n\n",
    );
  });

  test('write the readable secrets, report each failure on one line, and exit with 1', async () => {
    await setting.credstash.put('app/c', 'x', { context: { env: 'prod' } });
    const { exitCode, stdout, stderr } = await setting.run('get', 'app/*', '-f', 'csv');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "app/a,1\napp/b,it's\n" });
    expect(stderr).toMatch(/^app\/c: KMS ERROR: Could not decrypt [^\n]*\n$/);
  });

  test('write every secret or none with --strict', async () => {
    expect((await setting.run('getall', '--strict')).exitCode).toBe(0);
    await setting.credstash.put('app/c', 'x', { context: { env: 'prod' } });
    for (const args of [['getall'], ['get', 'app/*']]) {
      const { exitCode, stdout, stderr } = await setting.run(...args, '--strict');
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toMatch(/^app\/c: /);
    }
  });

  test('write an empty object when no name matches, and fail with --strict', async () => {
    expect(await setting.run('get', 'zzz*')).toEqual({ exitCode: 0, stdout: '{}', stderr: '' });
    expect(await setting.run('get', 'zzz*', '--strict')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: "No secret's name matches zzz*.\n",
    });
  });

  test('report a secret that KMS refuses on one line, and exit with 1', async () => {
    setting.aws.aws.inject({
      action: 'kms:Decrypt',
      error: 'DisabledException',
      times: 1,
    });
    const { exitCode, stderr } = await setting.run('getall');
    setting.aws.aws.clearFaults();
    expect(exitCode).toBe(1);
    expect(stderr.split('\n')).toHaveLength(2);
  });
});

describe('get and getall with -f shell', () => {
  const evaluate = async (script: string) =>
    (await promisify(execFile)('sh', ['-c', `${script}\nprintf %s "$A_B"`])).stdout;

  test.each(["it's", '$HOME `id` "x" \\ !', 'line\nline', '', ' x '])(
    'write %j so that a shell reads the same value',
    async (value) => {
      await setting.credstash.put('a/b', value);
      const { stdout } = await setting.run('get', 'a*', '-f', 'shell');
      expect(await evaluate(stdout)).toBe(value);
    },
  );

  test("reject names that can't be a variable, or whose variable is taken", async () => {
    await setting.credstash.putAll({ 'a.b': '1', 'a/b': '2', '1st': '3', 'a;id': '4', é: '5' });
    const { exitCode, stdout, stderr } = await setting.run('getall', '-f', 'shell');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "export A_B='1'\n\n" });
    expect(stderr).toBe(
      [
        "1st: its name can't become the name of an environment variable\n",
        'a/b: its variable A_B is already used by a.b\n',
        "a;id: its name can't become the name of an environment variable\n",
        "é: its name can't become the name of an environment variable\n",
      ].join(''),
    );
  });
});

test('getall writes a secret named __proto__, and escapes JSON as Python does', async () => {
  await setting.credstash.putAll(new Map([['__proto__', 'é\u007f"\n😀']]));
  const { stdout } = await setting.run('getall');
  expect(stdout).toBe('{\n    "__proto__": "\\u00e9\\u007f\\"\\n\\ud83d\\ude00"\n}\n');
});

test('put --if-changed stores the next version only when the value changed', async () => {
  const put = async (value: string) =>
    (await setting.run('put', 'a', value, '--if-changed')).stdout;
  expect(await put('1')).toBe('a has been stored\n');
  expect(await put('1')).toBe('a is unchanged\n');
  expect(await put('2')).toBe('a has been stored\n');
  expect(await setting.credstash.versions('a')).toEqual([padVersion(2), padVersion(1)]);
});

test('list writes JSON with --json, and a table with -f table', async () => {
  await setting.credstash.put('a', 'x', { comment: 'c' });
  const { stdout } = await setting.run('list', '--json');
  expect(JSON.parse(stdout)).toEqual([{ name: 'a', version: padVersion(1), comment: 'c' }]);
  expect((await setting.run('list', '-f', 'table')).stdout).toMatch(/│ a +│ 1 +│ c +│/);
});

test('delete -v deletes only that version, and reports a missing one', async () => {
  await setting.credstash.put('a', 'x');
  await setting.credstash.put('a', 'y', { version: 2 });
  expect((await setting.run('delete', 'a', '-v', '2')).stdout).toBe(
    `Deleting a -- version ${padVersion(2)}\n`,
  );
  expect(await setting.run('delete', 'a', '-v', '2')).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: 'a has no version 2 to delete\n',
  });
  expect(await setting.credstash.versions('a')).toEqual([padVersion(1)]);
});

test('migrate-versions lists the unpadded versions, and moves them with --apply', async () => {
  await setting.credstash.put('a', 'x', { version: '1234567890123456789' });
  expect(await setting.run('migrate-versions')).toEqual({
    exitCode: 0,
    stdout: '0 unpadded versions to move\n',
    stderr: '',
  });
  const store = await setting.storeUnpadded('b', '4');
  expect((await setting.run('migrate-versions')).stdout).toBe(
    `b: 4 -> ${padVersion(4)}\n1 unpadded versions to move; --apply moves them\n`,
  );
  expect(await store.versions('b')).toEqual(['4']);
  expect((await setting.run('migrate-versions', '--apply')).stdout).toBe(
    `b: 4 -> ${padVersion(4)}\n1 unpadded versions moved\n`,
  );
  expect(await store.versions('b')).toEqual([padVersion(4)]);
});
