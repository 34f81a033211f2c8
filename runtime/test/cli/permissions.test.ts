import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cliCommand } from '../../../demo/cli.js';
import { Setting } from './setting.js';

const ROOT = join(__dirname, '../../..');

/** The table of docs/iam.md: commands, and the actions that each needs. */
function documented(): [command: string, actions: string[]][] {
  const text = readFileSync(join(ROOT, 'docs/iam.md'), 'utf8');
  const [section = ''] = (text.split('## What each command needs')[1] ?? '').split('\n## ');
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => {
    const [, command = '', dynamodb = '', kms = ''] = row.split('|').map((cell) => cell.trim());
    const actions = (service: string, cell: string) =>
      Array.from(cell.matchAll(/`(\w+)`/g), ([, action]) => `${service}:${action}`);
    return [command.slice(1, -1), [...actions('dynamodb', dynamodb), ...actions('kms', kms)]];
  });
}

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
  await setting.credstash.put('NAME', 'value');
  await setting.storeUnpadded('N-UNPADDED', '4');
  await setting.file('NAME.tpl', '{{ credstash:NAME }}');
});
afterAll(() => setting.close());

test.each(documented())('credstash %s calls what docs/iam.md says', async (command, actions) => {
  setting.aws.takeCalls();
  const env = { ...process.env, ...setting.env, VARIABLE: 'credstash:NAME' };
  const script = `${cliCommand().flat().join(' ')} ${command}`;
  await promisify(execFile)('bash', ['-c', script], { env, cwd: setting.folder });
  expect([...new Set(setting.aws.takeCalls())].sort()).toEqual([...actions].sort());
});

test('docs/iam.md lists every command that handles secrets', () => {
  const commands = new Set(documented().map(([command]) => command.split(' ')[0]));
  expect([...commands].sort()).toEqual(
    [
      'delete',
      'exec',
      'get',
      'getall',
      'history',
      'keys',
      'list',
      'migrate-versions',
      'put',
      'putall',
      'template',
    ].sort(),
  );
});
