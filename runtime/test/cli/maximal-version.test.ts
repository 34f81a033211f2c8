import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { cliCommand, runCli, type Outcome } from '../../../demo/cli.js';
import { role, standardCompartment, startSynthesized } from '../../../testbed/synthesized-aws.js';
import type { TestAws } from '../../../testbed/test-aws.js';
import { padVersion } from '../../src/format/version.js';

const NAME = "app/o'neil";
const MAXIMAL = '9'.repeat(19);

let aws: TestAws;

beforeAll(async () => {
  aws = await startSynthesized((stack) => {
    const compartment = standardCompartment(stack);
    compartment.grantDelete(role(stack, 'deleter'));
  });
});
afterAll(() => aws.aws.stop());

async function as(identity: string, ...args: string[]): Promise<Outcome> {
  return runCli(args, await aws.env(identity));
}

test('put -a after a maximal version names the command that makes it go on from the largest of the rest', async () => {
  for (const version of ['3', '12', '7', MAXIMAL]) {
    await as('writer', 'put', NAME, `value ${version}`, '-v', version);
  }
  const refused = await as('writer', 'put', NAME, 'next', '-a');
  expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
  const [, command = ''] =
    /is the highest there is\. If nobody needs it, delete it: credstash (.*)\n$/.exec(
      refused.stderr,
    ) ?? [];

  const script = `${cliCommand().flat().join(' ')} ${command}`;
  const env = { ...process.env, ...(await aws.env('deleter')) };
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { env });
  expect(stdout).toBe(`Deleting ${NAME} -- version ${MAXIMAL}\n`);

  const stored = await as('writer', 'put', NAME, 'next', '-a');
  expect(stored).toMatchObject({ exitCode: 0, stderr: `${NAME} has version 13\n` });
  expect((await as('reader', 'get', NAME)).stdout).toBe('next\n');
  const { stdout: history } = await as('reader', 'history', NAME);
  expect(history.match(/\d{19}/g)?.sort()).toEqual([3, 7, 12, 13].map(padVersion));
});
