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
    // As each is done, in any order.
    expect(stdout.split('\n').sort()).toEqual(
      ['', ...Object.keys(expected).map((key) => `${key} has been stored`)].sort(),
    );
    expect(await values()).toEqual(expected);
  });

  test('reports each secret stored on stdout, and each failure on stderr', async () => {
    await setting.credstash.put('b', 'old');
    const { exitCode, stdout, stderr } = await setting.run(
      'putall',
      '{"a": "1", "b": "2", "c": "3"}',
    );
    expect(exitCode).toBe(1);
    expect(stdout.split('\n').sort()).toEqual(['', 'a has been stored', 'c has been stored']);
    expect(stderr).toMatch(/^b: b version 1 is already in the credential store\.[^\n]*\n$/);
  });

  test('stores only changed values with --if-changed, as next versions', async () => {
    await setting.run('putall', '{"a": "1", "b": "2"}');
    const { exitCode, stdout } = await setting.run(
      'putall',
      '{"a": "1", "b": "3"}',
      '--if-changed',
    );
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').sort()).toEqual(['', 'a is unchanged', 'b has been stored']);
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
