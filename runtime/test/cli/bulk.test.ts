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

/** It would be 9 ** 9 strings. */
const BOMB = `a: &a [${Array<string>(9).fill('x').join()}]\n${[...'bcdefghi']
  .map((name, i) => `${name}: &${name} [${Array<string>(9).fill(`*${'abcdefgh'[i]}`).join()}]\n`)
  .join('')}`;

const values = async () => Object.fromEntries(await setting.credstash.getAll());

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

describe('putall', () => {
  test.each([
    ['secrets.json', '{"a": "1", "b/c": "two"}', { a: '1', 'b/c': 'two' }],
    ['secrets.yaml', 'a: "1"\nb/c: |\n  two\n', { a: '1', 'b/c': 'two\n' }],
    [
      'secrets.env',
      '# comment\nA=\'1\'\nexport B="x\ny"\n\nC=3 # note\n',
      { A: '1', B: 'x\ny', C: '3' },
    ],
  ])('stores the secrets of %s', async (name, content, expected) => {
    const path = await setting.file(name, content);
    const { exitCode, stdout } = await setting.run('putall', `@${path}`);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      Object.keys(expected)
        .map((key) => `${key} has been stored\n`)
        .join(''),
    );
    expect(await values()).toEqual(expected);
  });

  test('reports each secret stored on stdout, and each failure on stderr', async () => {
    await setting.credstash.put('b', 'old');
    const { exitCode, stdout, stderr } = await setting.run(
      'putall',
      '{"a": "1", "b": "2", "c": "3"}',
    );
    expect({ exitCode, stdout }).toEqual({
      exitCode: 1,
      stdout: 'a has been stored\nc has been stored\n',
    });
    expect(stderr).toMatch(/^b: b version 1 is already in the credential store\.[^\n]*\n$/);
  });

  test('stores only changed values with --if-changed, as next versions', async () => {
    await setting.run('putall', '{"a": "1", "b": "2"}');
    const { exitCode, stdout } = await setting.run(
      'putall',
      '{"a": "1", "b": "3"}',
      '--if-changed',
    );
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: 'a is unchanged\nb has been stored\n',
    });
    expect(await setting.credstash.versions('a')).toHaveLength(1);
    expect(await setting.credstash.versions('b')).toHaveLength(2);
  });

  test.each([
    ['json', '{"a": "s3cr3t", }', / malformed JSON at character 16\. /],
    ['json', '["s3cr3t"]', /it must be an object/],
    ['json', Buffer.from('{"a": "s3cr3t\xff"}', 'latin1'), /it is not UTF-8/],
    ['json', '{"ok": "x", "a": {"b": "s3cr3t"}}', /"a" must be a string \(got object\)/],
    ['json', '{"ok": "x", "a": 1}', /"a" must be a string \(got number\)/],
    ['json', '{"ok": "x", "a": null}', /"a" must be a string \(got null\)/],
    ['yaml', 'ok: x\na: [s3cr3t]\n', /"a" must be a string \(got array\)/],
    ['yaml', 'a: "s3cr3t\nb', /malformed YAML at line \d/],
    ['yaml', 'a: x\na: s3cr3t\n', /malformed YAML: "a" is given twice/],
    ['yaml', 'a: true\n', /"a" must be a string \(got boolean\)/],
    ['yaml', '!!set\n? s3cr3t\n', /it must be an object/],
    ['yaml', '!!omap\n- a: s3cr3t\n', /it must be an object/],
    ['yaml', 'a: !custom s3cr3t\n', /malformed YAML at line 1 \(TAG_RESOLVE_FAILED\)/],
    ['yaml', '0x1: s3cr3t\n', /a name is not a string \(number\)/],
    ['yaml', 'a: *b\n', /"a" must be a string \(got undefined\)/],
    ['yaml', BOMB, /"a" must be a string \(got array\)/],
    ['yaml', '['.repeat(100_000), /malformed YAML at line 1 \(RESOURCE_EXHAUSTION\)/],
    ['json', '{"a": "x", "b": "y", "\\u0061": "s3cr3t"}', /malformed JSON: "a" is given twice/],
    ['json', '{"a": {"b": "s3cr3t"}, "a": "x"}', /malformed JSON: "a" is given twice/],
    ['json', '{"\\"": "\\\\", ":": ":", "\\"": "s3cr3t"}', /"\\"" is given twice/],
    ['dotenv', 'A=1\ns3cr3t\n', /malformed dotenv at line 2/],
    ['dotenv', "A='1\n2'\nB='s3cr3t' x\n", /malformed dotenv at line 3/],
    ['dotenv', "A='s3cr3t\n", /malformed dotenv at line 1/],
    ['dotenv', 'A=s3cr3t#s3cr3t\n', /malformed dotenv at line 1/],
    ['dotenv', 'A="x\ny"\nline y"\n', /malformed dotenv at line 3/],
    ['dotenv', 'A=x\nexport A=s3cr3t\n', /malformed dotenv: "A" is given twice/],
  ])('stores and quotes nothing of malformed %s %j', async (format, text, message) => {
    const { exitCode, stdout, stderr } = await setting.pipe(text, 'putall', '-', '-f', format);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^[^\n]*Nothing was stored\.\n$/);
    expect(stderr).not.toContain('s3cr3t');
    expect(await values()).toEqual({});
  });

  test.each([
    ['json', '{}'],
    ['json', ' '],
    ['yaml', '# nothing\n'],
    ['yaml', '{}'],
    ['dotenv', '# nothing\n\n'],
  ])('fails when %s %j has no secrets', async (format, text) => {
    expect(await setting.pipe(text, 'putall', '-', '-f', format)).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/^There is nothing to store\.\n$/),
    });
  });

  test.each([
    ['json', '{"__proto__": "x"}'],
    ['yaml', '__proto__: &a x\n'],
    ['dotenv', '__proto__=x\r\n'],
  ])('takes the name __proto__ and a byte order mark in %s', async (format, text) => {
    const { exitCode } = await setting.pipe(`\ufeff${text}`, 'putall', '-', '-f', format);
    expect(exitCode).toBe(0);
    expect(await setting.credstash.get('__proto__')).toBe('x');
  });

  test('reads an alias of YAML as the string of its anchor', async () => {
    await setting.pipe('a: &a x\nb: *a\n', 'putall', '-', '-f', 'yaml');
    expect(await values()).toEqual({ a: 'x', b: 'x' });
  });

  test('checks every name and size before it stores anything', async () => {
    for (const bad of [{ '': 'x' }, { big: 'x'.repeat(400_000) }]) {
      const text = JSON.stringify({ a: '1', ...bad });
      expect(await setting.pipe(text, 'putall', '-')).toMatchObject({ exitCode: 1, stdout: '' });
      expect(await values()).toEqual({});
    }
  });
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
