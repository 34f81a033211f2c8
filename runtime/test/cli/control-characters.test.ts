import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { cliCommand } from '../../../demo/cli.js';
import { Setting } from './setting.js';

/** Sets the clipboard, clears the screen, forges a line, and reverses what follows. */
const EVIL = 'a\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b2J\r\nforged\u202e\u2028\x7f';
const SHOWN =
  'a\\u001b]52;c;ZXZpbA==\\u0007\\u001b[2J\\u009b2J\\u000d\\u000aforged\\u202e\\u2028\\u007f';
const CONTROLS = /[^\P{Cc}\n\t]|[\u202e\u2028]/u;
/** The progress bar: it removes itself at the end. */
const PROGRESS = /^[^]*\x1b\[2K/;

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
});
beforeEach(async () => {
  await setting.credstash.put(EVIL, 'value', { comment: EVIL });
});
afterEach(async () => {
  setting.aws.aws.clearFaults();
  await setting.deleteAll();
});
afterAll(() => setting.close());

/** What a terminal gets of a command, where the variable EVIL holds such a name. */
async function onTerminal(command: string): Promise<string> {
  const env = { ...process.env, ...setting.env, EVIL };
  const line = command.replace('credstash', cliCommand().flat().join(' '));
  const args = ['--quiet', '--return', '--command', line, '/dev/null'];
  const { stdout } = await promisify(execFile)('script', args, { env }).catch(
    (error: { stdout: string }) => error,
  );
  // The terminal adds a carriage return to each newline.
  return stdout.replaceAll('\r\n', '\n');
}

test.each([
  ['list', 'list', `${SHOWN} -- version 0000000000000000001 -- comment ${SHOWN}\n`],
  ['list --json', 'list --json', '"comment": "a\\u001b]52'],
  ['list -f table', 'list -f table', `│ ${SHOWN} │ 1       │ ${SHOWN} │`],
  ['keys', 'keys', `${SHOWN}\n`],
  ['delete', 'delete "$EVIL"', `Deleting ${SHOWN} -- version 0000000000000000001\n`],
  ['put', 'put "$EVIL" x -a', `${SHOWN} has been stored\n`],
  ['putall', `putall @$HOME/evil.json -a 2> /dev/null`, `${SHOWN} has been stored\n`],
  ['getall -f csv', 'getall -f csv 2> /dev/null', '"a\\u001b]52;c;ZXZpbA=='],
  ['template', 'template $HOME/evil.tpl', `is ${SHOWN.replace('\\u000a', '\n')}`],
  ['exec', 'exec "*" -- true 2>&1 > /dev/null', `${SHOWN}: its name can't become the name of`],
  ['a missing name', 'get "no$EVIL"', "Item {'name': 'noa\\u001b]52"],
  ['a usage error', 'get x -f "$EVIL"', "argument 'a\\u001b]52"],
])('%s shows control characters escaped on a terminal', async (_, args, expected) => {
  await setting.file('evil.json', JSON.stringify({ [EVIL]: 'x' }));
  await setting.credstash.put('evil', EVIL);
  await setting.file('evil.tpl', 'The value is {{ credstash:evil }}');
  const shown = await onTerminal(`credstash ${args}`);
  expect(shown).toContain(expected);
  expect(shown.replace(PROGRESS, '')).not.toMatch(CONTROLS);
});

test.each(['dynamodb:Query', 'kms:Decrypt'])(
  'get shows what AWS says of %s escaped on a terminal',
  async (action) => {
    await setting.credstash.put('foo', 'bar');
    const message = `denied ${EVIL}`;
    setting.aws.aws.inject({ action, error: 'AccessDeniedException', message });
    const shown = await onTerminal('credstash get foo');
    expect(shown).toContain('denied a\\u001b]52;c;');
    expect(shown).not.toMatch(CONTROLS);
  },
);

test('list, keys and delete write control characters unchanged into a pipe', async () => {
  expect((await setting.run('keys')).stdout).toBe(`${EVIL}\n`);
  expect((await setting.run('list')).stdout).toContain(`-- comment ${EVIL}\n`);
  expect((await setting.run('delete', EVIL)).stdout).toContain(`Deleting ${EVIL} -- version`);
});

test('get prints one value unchanged on a terminal, and ends a pattern with a newline', async () => {
  await setting.deleteAll();
  await setting.credstash.put('color', '\x1b[1mbold');
  expect(await onTerminal('credstash get color')).toBe('\x1b[1mbold\n');
  expect(await onTerminal("credstash get 'c*' 2> /dev/null")).toBe(
    '{\n    "color": "\\u001b[1mbold"\n}\n',
  );
  expect((await setting.run('get', 'c*')).stdout).toMatch(/\}$/);
});
