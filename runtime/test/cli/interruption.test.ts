import { execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { padVersion } from '../../src/format/version.js';
import { Running } from './running.js';
import { Setting } from './setting.js';

let setting: Setting;
let silent: Server;
const sockets = new Set<Socket>();
const children = new Set<ChildProcess>();

beforeAll(async () => {
  setting = await Setting.create();
  silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  setting.aws.aws.clearFaults();
  await setting.deleteAll();
});
afterAll(async () => {
  silent.close();
  for (const socket of sockets) socket.destroy();
  await setting.close();
});

/** A command under way, which the end of the test ends. */
function running(args: readonly string[], env?: NodeJS.ProcessEnv): Running {
  const command = new Running(setting, args, env);
  children.add(command.child);
  return command;
}

/** A call of AWS that takes longer than the test and is never done, and whether it has come. */
function hold(action: string, when: (input: Record<string, unknown>) => boolean = () => true) {
  setting.aws.takeCalls();
  let held = false;
  const isHeld = (input: Record<string, unknown>) => {
    const isIt = when(input);
    held ||= isIt;
    return isIt;
  };
  setting.aws.aws.inject({ action, latency: 6000, error: 'ValidationException', when: isHeld });
  return () => held;
}

const names = (...all: string[]) => JSON.stringify(Object.fromEntries(all.map((n) => [n, 'v'])));
const isOf = (text: string) => (input: Record<string, unknown>) =>
  JSON.stringify(input).includes(`"${text}"`);

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (signal, code) => {
  test.each([
    ['get', ['get', 'foo'], ''],
    ['getall', ['getall'], ''],
    ['list', ['list'], ''],
    ['put', ['put', 'foo', 'bar', '-a'], ' Nothing was stored.'],
    ['exec', ['exec', 'foo', '--', 'touch', 'x'], ' touch was not started.'],
    ['setup', ['setup'], ' Nothing was changed.'],
    ['doctor', ['doctor'], ''],
  ])('ends %s at once when no answer comes', async (_, args, done) => {
    const before = sockets.size;
    const { port } = silent.address() as AddressInfo;
    const command = running(args, { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
    await command.until(() => sockets.size > before);
    const { seconds, ...end } = await command.end(signal);
    expect(end).toEqual({ code, by: null, stdout: '', stderr: `Interrupted.${done}\n` });
    expect(seconds).toBeLessThan(5);
  });

  test('ends put at once while credentials are looked up', async () => {
    const asked = join(setting.folder, `asked-${signal}`);
    const config = await setting.file(
      'config',
      `[default]\ncredential_process = sh -c "touch ${asked}; exec sleep 60"\n`,
    );
    const env = { AWS_CONFIG_FILE: config, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    const command = await running(['put', 'foo', 'bar'], env).until(() => existsSync(asked));
    const { seconds, ...end } = await command.end(signal);
    expect(end).toMatchObject({ code, stderr: 'Interrupted. Nothing was stored.\n' });
    expect(seconds).toBeLessThan(5);
  });

  test('ends put - at once while it reads standard input', async () => {
    const command = running(['put', 'foo', '-']);
    // More than a pipe holds: it is taken as soon as the command reads.
    command.child.stdin.write(Buffer.alloc(400_000));
    await once(command.child.stdin, 'drain');
    expect(await command.end(signal)).toMatchObject({
      code,
      stderr: 'Interrupted. Nothing was stored.\n',
    });
  });

  test('ends put while it stores, which says what may be stored', async () => {
    const isHeld = hold('dynamodb:PutItem');
    const command = await running(['put', 'foo', 'bar']).until(isHeld);
    expect(await command.end(signal)).toMatchObject({
      code,
      stdout: '',
      stderr: expect.stringMatching(/^Interrupted\. foo version 1 may be stored: [^\n]*\n$/),
    });
  });

  test('ends putall, which has told what is stored, and tells what may be and what is not', async () => {
    const isStoring = hold('dynamodb:PutItem', isOf('storing'));
    const command = running(['putall', names('done', 'storing')]);
    await command.until(() => isStoring() && command.stdout !== '');
    expect(await command.end(signal)).toMatchObject({
      code,
      stdout: 'done has been stored\n',
      stderr: expect.stringMatching(
        /^storing: storing version 1 may be stored: .*\nInterrupted\.\n$/,
      ),
    });
    expect(await setting.credstash.versions('done')).toHaveLength(1);
  });

  test('ends putall, which names what is not stored', async () => {
    const isHeld = hold('kms:GenerateDataKey');
    const command = await running(['putall', names('a', 'b')]).until(isHeld);
    expect(await command.end(signal)).toMatchObject({
      code,
      stdout: '',
      stderr: 'Interrupted. Not stored: a, b.\n',
    });
  });

  test('ends delete, which has told what it deleted', async () => {
    for (let version = 1; version <= 20; version++) {
      await setting.credstash.put('foo', 'v', { version });
    }
    const isHeld = hold('dynamodb:DeleteItem', (input) => /1[789]"/.test(JSON.stringify(input)));
    const command = await running(['delete', 'foo']).until(isHeld);
    const { stdout, ...end } = await command.end(signal);
    const lines = Array.from({ length: 16 }, (_, i) => padVersion(i + 1));
    expect(stdout).toBe(lines.map((each) => `Deleting foo -- version ${each}\n`).join(''));
    expect(end).toMatchObject({
      code,
      stderr:
        'Interrupted. Deleted versions of foo: 16, and perhaps more. Run this again to delete the rest.\n',
    });
    expect(await setting.credstash.versions('foo')).toContain(padVersion(20));
  });

  test('ends migrate-versions, which has told what it moved, and the next run goes on', async () => {
    await setting.storeUnpadded('foo', '1');
    await setting.storeUnpadded('foo', '2');
    const isHeld = hold('dynamodb:DeleteItem', isOf('2'));
    const command = await running(['migrate-versions', '--apply']).until(isHeld);
    expect(await command.end(signal)).toMatchObject({
      code,
      stdout: `foo: 1 -> ${padVersion(1)}\n`,
      stderr: 'Interrupted. Moved versions: 1. Run this again to move the rest.\n',
    });
    setting.aws.aws.clearFaults();
    expect(await setting.run('migrate-versions', '--apply')).toMatchObject({ exitCode: 0 });
    expect(await setting.credstash.versions('foo')).toEqual([2, 1].map(padVersion));
  });
});

describe('an error in the middle', () => {
  test('of delete comes after what it deleted', async () => {
    for (const version of [1, 2]) await setting.credstash.put('foo', 'v', { version });
    setting.aws.aws.inject({
      action: 'dynamodb:DeleteItem',
      error: 'ValidationException',
      when: isOf(padVersion(2)),
    });
    const { exitCode, stdout, stderr } = await setting.run('delete', 'foo');
    expect({ exitCode, stdout }).toEqual({
      exitCode: 1,
      stdout: `Deleting foo -- version ${padVersion(1)}\n`,
    });
    expect(stderr).toMatch(
      /^Could not call dynamodb:DeleteItem .*\nDeleted versions of foo: 1, .*\n$/,
    );
  });

  test('of migrate-versions comes after what it moved', async () => {
    await setting.storeUnpadded('foo', '1');
    await setting.storeUnpadded('foo', '2');
    setting.aws.aws.inject({
      action: 'dynamodb:GetItem',
      error: 'ValidationException',
      when: isOf('2'),
    });
    const { exitCode, stdout, stderr } = await setting.run('migrate-versions', '--apply');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: `foo: 1 -> ${padVersion(1)}\n` });
    expect(stderr).toMatch(/^Could not call dynamodb:GetItem .*\nMoved versions: 1\. .*\n$/);
  });
});

test('delete goes on when the reader of its lines closes the pipe', async () => {
  for (let version = 1; version <= 40; version++) {
    await setting.credstash.put('foo', 'v', { version });
  }
  const command = running(['delete', 'foo']);
  command.child.stdout.once('data', () => command.child.stdout.destroy());
  expect(await command.end()).toMatchObject({ code: 0, stderr: '' });
  expect(await setting.credstash.versions('foo')).toEqual([]);
});

test('getall of many secrets at once says nothing on stderr', async () => {
  await setting.credstash.putAll(new Map(Array.from({ length: 40 }, (_, i) => [`n${i}`, 'v'])));
  expect(await setting.run('getall')).toMatchObject({ exitCode: 0, stderr: '' });
});

describe('a pipe that nobody reads', () => {
  const reading = async () => {
    await setting.credstash.put('foo', 'bar');
    const path = join(setting.folder, 'pipe');
    rmSync(path, { force: true });
    execFileSync('mkfifo', [path]);
    setting.aws.takeCalls();
    return ['get', 'foo', '-o', path];
  };

  test.each(['SIGINT', 'SIGTERM'] as const)('ends with %s', async (signal) => {
    const command = running(await reading());
    await command.until(() => setting.aws.takeCalls().includes('kms:Decrypt'));
    await setTimeout(500);
    const { seconds, ...end } = await command.end(signal);
    expect(end).toEqual({ code: null, by: signal, stdout: '', stderr: 'Interrupted.\n' });
    expect(seconds).toBeLessThan(5);
  });

  test('ends with --timeout', async () => {
    const command = running(['--timeout', '2', ...(await reading())]);
    expect(await command.end()).toMatchObject({
      by: 'SIGALRM',
      stderr: 'The command took longer than 2 s.\n',
    });
  });
});
