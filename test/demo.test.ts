import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Step } from '../demo/chapters';
import { runCli } from '../demo/cli';
import { perform } from '../demo/perform';

const ROOT = join(__dirname, '..');

test('the demo shows every step and three refusals, as plain text in a pipe', async () => {
  const demo = [join(ROOT, 'demo/main.ts')];
  const { stdout, stderr } = await promisify(execFile)('node', ['--import', 'tsx', ...demo]);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/✔ 9 of 9 steps went as said\n/);
  expect(stdout.match(/AccessDeniedException/g)).toHaveLength(3);
  expect(stdout).not.toContain('\x1b');
});

describe('perform', () => {
  const step = { role: 'reader', command: ['--version'] } as const;

  test.each<[string, Step['expected'], boolean]>([
    ['returns true when a step ends as expected', [0, /^\d+\.\d+\.\d+\n$/], true],
    ['returns false and shows a cross when the exit code of a step differs', [1, /^\d+/], false],
    [
      'returns false and shows a cross when the output of a step differs',
      [0, /^nothing of the sort$/],
      false,
    ],
  ])('%s', async (_, expected, asSaid) => {
    const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(await perform({ ...step, expected }, {})).toBe(asSaid);
    const shown = written.mock.calls.join('');
    written.mockRestore();
    expect(shown).toMatch(/reader \$ credstash --version/);
    expect(shown.includes('✘')).toBe(!asSaid);
  });
});

let started: ChildProcess | undefined;
// Also if the test ran out of time: what goes on holds the streams of jest, which would never end.
afterEach(() => started?.kill('SIGKILL'));

test('npm run local prints the variables to export, serves AWS, and stops on Ctrl-C', async () => {
  const local = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'testbed/main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started = local;
  const lines: string[] = [];
  for await (const line of createInterface(local.stdout)) {
    lines.push(line);
    if (line.startsWith('# Ctrl-C')) break;
  }
  /** The variables below a heading. */
  const exported = (heading: string) => {
    const from = lines.findIndex((line) => line.startsWith(heading)) + 1;
    const block = lines.slice(from, lines.indexOf('', from));
    return Object.fromEntries(
      block.flatMap((line) => [...line.matchAll(/^export (\w+)=(.*)$/g)].map(([, k, v]) => [k, v])),
    ) as NodeJS.ProcessEnv;
  };
  const connection = exported('# An AWS');
  const as = (who: string) => ({ ...connection, ...exported(`# ${who}:`) });

  const put = await runCli(['put', 'foo', '-'], as('credstash-writer'), 'bar');
  expect(put).toMatchObject({ exitCode: 0, stdout: 'foo has been stored\n' });
  expect((await runCli(['get', 'foo'], as('credstash-reader'))).stdout).toBe('bar\n');
  expect((await runCli(['get', 'foo'], as('credstash-writer'))).stderr).toMatch(/AccessDenied/);
  expect((await runCli(['get', 'foo'], as('credstash-prod-reader'))).stderr).toMatch(/Denied/);
  expect((await runCli(['delete', 'foo'], as('admin'))).stdout).toMatch(/^Deleting foo/);

  local.kill('SIGINT');
  expect(await once(local, 'exit')).toEqual([0, null]);
});
