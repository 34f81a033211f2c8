import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { linkCli } from '../../demo/cli';
import { blocks } from '../documentation';
import { Account } from './account';
import { python } from './install';

const ROOT = join(__dirname, '../..');

let account: Account;

beforeEach(async () => {
  account = await Account.start();
});
afterEach(() => account.stop());

/** Run a script as a user who has installed the CLI and that of AWS. */
async function bash(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-c', script], {
    cwd: ROOT,
    env: {
      ...account.env(),
      PATH: `${account.home}:${dirname(python('aws'))}:${process.env.PATH}`,
    },
  });
  return stdout;
}

test("the README's setup, put and get write what it shows, on a bare account", async () => {
  await linkCli(account.home);
  const [session = ''] = await blocks('README.md', 'console');
  expect(session).toMatch(/^\$ credstash setup/);
  const typed = Array.from(session.matchAll(/^\$ (.*)$/gm), ([, command]) => `${command} 2>&1`);
  expect(await bash(typed.join('\n'))).toBe(session.replace(/^\$ .*\n/gm, ''));
});

test("the README's aws cloudformation deploy creates a compartment for put and get", async () => {
  const script = (await blocks('README.md', 'sh')).find((block) =>
    block.startsWith('aws cloudformation'),
  );
  expect(await bash(script ?? '')).toMatch(/Successfully created\/updated stack - credstash-test/);
  const put = await account.credstash('--compartment', 'test', 'put', 'foo', 'bar');
  expect(put).toMatchObject({ exitCode: 0 });
  const got = await account.credstash('--compartment', 'test', 'get', 'foo');
  expect(got.stdout).toBe('bar\n');
});
