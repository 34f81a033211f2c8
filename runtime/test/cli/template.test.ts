import { readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { Setting } from './setting.js';
import { sample, values } from './strings.js';

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
  await setting.credstash.putAll({ user: 'app', password: 'old', 'odd }} name': 'odd' });
  await setting.credstash.put('password', 'new', { version: 2 });
  await setting.credstash.put('bound', 'b', { context: { env: 'prod' } });
});
afterAll(() => setting.close());

/** What a template becomes. */
async function filled(template: string | Uint8Array, ...args: string[]): Promise<string> {
  const path = await setting.file('filled.tpl', template);
  const output = join(setting.folder, 'filled');
  expect(await setting.run('template', path, '-o', output, ...args)).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: '',
  });
  return readFile(output, 'latin1');
}

test('template fills in references, and reads each secret once', async () => {
  setting.aws.takeCalls();
  const template = 'user={{ credstash:user }}\r\n{{credstash:user}}:{{\tcredstash:user\t}}';
  expect(await filled(template)).toBe('user=app\r\napp:app');
  expect(setting.aws.takeCalls()).toEqual(['dynamodb:Query', 'kms:Decrypt']);
});

test.each([
  ['a version', '{{ credstash:password?version=1 }}{{ credstash:password }}', 'oldnew'],
  ['a name that is percent-encoded', '{{ credstash:odd%20%7D%7D%20name }}', 'odd'],
  ['an encryption context', '{{ credstash:bound?context.env=prod }}', 'b'],
  ['braces around it', '{{{ credstash:user }}} ${{{credstash:user}}}', '{app} ${app}'],
])('template fills in a reference with %s', async (_, template, expected) => {
  expect(await filled(template)).toBe(expected);
});

test('template takes the encryption context of all references from its arguments, or refuses two', async () => {
  expect(await filled('{{ credstash:bound }}', 'env=prod')).toBe('b');
  const path = await setting.file('twice.tpl', '\n  {{ credstash:bound?context.env=prod }}');
  expect(await setting.run('template', path, 'env=prod')).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `${path}:2:3: The encryption context is given twice, in the reference and for all of them.\n`,
  });
});

test('template copies all else: what other tools fill in, and bytes that are not UTF-8', async () => {
  const others = [
    '{{ .Values.password | quote }} {{- include "x" . -}} {{get "user"}} {{',
    '{% if a %}{{ a }}{% endif %} }} ${HOME} $(id) credstash:user { { credstash:user }} \\{{',
    '\xc3\xa9\xff\xfe\x00\r\r\n\n',
  ].join('\n');
  expect(await filled(Buffer.from(`${others}{{ credstash:user }}${others}`, 'latin1'))).toBe(
    `${others}app${others}`,
  );
});

test('template warns of braces that look like a placeholder, and copies them', async () => {
  const others = [
    '{{- credstash:user -}}',
    '  {{ "credstash:user" }}',
    "{{'credstash:user' | upper}}",
    '{{',
    '  credstash:user',
    '}}',
  ].join('\n');
  const path = await setting.file('copied.tpl', `${others}\n{{ credstash:user }}`);
  expect(await setting.run('template', path)).toEqual({
    exitCode: 0,
    stdout: `${others}\napp`,
    stderr: ['1:1', '2:3', '3:1', '4:1']
      .map((at) => `${path}:${at}: the {{ }} is copied: a placeholder is {{ credstash:NAME }}`)
      .map((words) => `warning: ${words}, on one line\n`)
      .join(''),
  });
});

test('template never interprets a value, whatever it holds', async () => {
  const list = sample(values, 5).flat();
  const stored = new Map(list.map((value, i) => [`v${i}`, value]));
  await setting.credstash.putAll(stored, { autoVersion: true });
  const names = [...stored.keys()];
  const template = names.map((name) => `{{{{ credstash:${name} }}}} `).join('');
  const expected = list.map((value) => `{{${value}}} `).join('');
  expect(Buffer.from(await filled(template), 'latin1').toString()).toBe(expected);
});

test('template writes to standard output, and with -o to a file that only its owner can read', async () => {
  const path = await setting.file('out.tpl', '{{ credstash:user }}');
  expect(await setting.run('template', path)).toEqual({ exitCode: 0, stdout: 'app', stderr: '' });
  const template = '{{ credstash:password }}\n';
  expect(await setting.pipe(template, 'template', '-')).toMatchObject({ stdout: 'new\n' });
  const output = join(setting.folder, 'out');
  expect(await setting.run('template', path, '-o', output)).toMatchObject({ exitCode: 0 });
  expect(await readFile(output, 'utf8')).toBe('app');
  expect((await stat(output)).mode & 0o777).toBe(0o600);
});

describe('template writes nothing, and leaves the output as it was,', () => {
  test.each<[string, string, RegExp]>([
    [
      'if secrets do not exist',
      '{{ credstash:user }}\n{{ credstash:nope }} {{ credstash:none?version=2 }}',
      /^T:2:1: Item {'name': 'nope'} couldn't be found\.\nT:2:22: Item {'name': 'none', [^\n]*\n$/,
    ],
    [
      "if a secret can't be read",
      'é {{ credstash:bound }}',
      /^T:1:4: KMS ERROR: Could not decrypt [^\n]*\n$/,
    ],
    [
      'if a placeholder does not end on its line',
      '\n\n{{ credstash:user\n}}',
      /^T:3:1: the placeholder has no }} on its line\.\n$/,
    ],
    [
      'if a placeholder has more than a reference',
      '{{ credstash:user | upper }}',
      /^T:1:1: The reference has a character that must be percent-encoded, [^\n]*\n$/,
    ],
  ])('%s', async (_, template, message) => {
    const path = await setting.file('T', template);
    const output = await setting.file('kept', 'as it was');
    for (const args of [[], ['-o', output]]) {
      const { exitCode, stdout, stderr } = await setting.run('template', path, ...args);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr.replaceAll(path, 'T')).toMatch(message);
    }
    expect(await readFile(output, 'utf8')).toBe('as it was');
  });
});

test('template does not replace the template itself, by whichever path', async () => {
  const text = 'user={{ credstash:user }}';
  const path = await setting.file('own.tpl', text);
  const link = join(setting.folder, 'link');
  await symlink(path, link);
  for (const output of [path, link]) {
    const { exitCode, stderr } = await setting.run('template', path, '-o', output);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('would replace the template');
    expect(await readFile(path, 'utf8')).toBe(text);
  }
});

test('template warns if there is no reference, and copies the file', async () => {
  const path = await setting.file('none.tpl', '{{get "user"}}');
  setting.aws.takeCalls();
  expect(await setting.run('template', path)).toEqual({
    exitCode: 0,
    stdout: '{{get "user"}}',
    stderr: `warning: ${path} has no {{ credstash:NAME }}\n`,
  });
  expect(setting.aws.takeCalls()).toEqual([]);
});

test.each([
  ['a folder', '/', "error: can't read the file / (EISDIR)\n", 2],
  ['missing', '/nowhere', "error: can't read the file /nowhere (ENOENT)\n", 2],
  ['endless', '/dev/zero', 'The template has more than 16777216 bytes.\n', 1],
])('template says so if its file is %s', async (_, path, stderr, exitCode) => {
  expect(await setting.run('template', path)).toEqual({ exitCode, stdout: '', stderr });
});

test('template refuses to write more than it reads at most', async () => {
  await setting.credstash.put('large', 'x'.repeat(200_000));
  const path = await setting.file('large.tpl', '{{ credstash:large }}'.repeat(100));
  expect(await setting.run('template', path)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'The filled-in template would have more than 16777216 bytes.\n',
  });
});
