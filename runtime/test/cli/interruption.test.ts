import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { padVersion } from '../../src/format/version.js';
import { Setting } from './setting.js';

const CLI = join(__dirname, '../../dist/credstash.cjs');
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

/** A command under way, whose standard input stays open. */
class Running {
  stdout = '';
  stderr = '';
  readonly child;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const variables = { ...process.env, ...setting.env, ...env };
    this.child = spawn(process.execPath, [CLI, ...args], { env: variables });
    this.child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    children.add(this.child);
  }

  /** Wait until it is in the middle of its work. */
  async until(isThere: () => boolean): Promise<this> {
    while (!isThere()) await setTimeout(20);
    return this;
  }

  /** Send a signal, and see how it ends. */
  async end(signal?: NodeJS.Signals) {
    const closed = once(this.child, 'exit') as Promise<[number | null, string | null]>;
    const start = performance.now();
    if (signal) this.child.kill(signal);
    const [code, by] = await closed;
    await setTimeout(50);
    const { stdout, stderr } = this;
    return { code, by, stdout, stderr, seconds: (performance.now() - start) / 1000 };
  }
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
    const command = new Running(args, { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
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
    const command = await new Running(['put', 'foo', 'bar'], env).until(() => existsSync(asked));
    const { seconds, ...end } = await command.end(signal);
    expect(end).toMatchObject({ code, stderr: 'Interrupted. Nothing was stored.\n' });
    expect(seconds).toBeLessThan(5);
  });

  test('ends put - at once while it reads standard input', async () => {
    const command = new Running(['put', 'foo', '-']);
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
    const command = await new Running(['put', 'foo', 'bar']).until(isHeld);
    expect(await command.end(signal)).toMatchObject({
      code,
      stdout: '',
      stderr: expect.stringMatching(/^Interrupted\. foo version 1 may be stored: [^\n]*\n$/),
    });
  });

  test('ends putall, which has told what is stored, and tells what may be and what is not', async () => {
    const isStoring = hold('dynamodb:PutItem', isOf('storing'));
    const command = new Running(['putall', names('done', 'storing')]);
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
    const command = await new Running(['putall', names('a', 'b')]).until(isHeld);
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
    const command = await new Running(['delete', 'foo']).until(isHeld);
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
    const command = await new Running(['migrate-versions', '--apply']).until(isHeld);
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
  const command = new Running(['delete', 'foo']);
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
    const command = new Running(await reading());
    await command.until(() => setting.aws.takeCalls().includes('kms:Decrypt'));
    await setTimeout(500);
    const { seconds, ...end } = await command.end(signal);
    expect(end).toEqual({ code: null, by: signal, stdout: '', stderr: 'Interrupted.\n' });
    expect(seconds).toBeLessThan(5);
  });

  test('ends with --timeout', async () => {
    const command = new Running(['--timeout', '2', ...(await reading())]);
    expect(await command.end()).toMatchObject({
      by: 'SIGALRM',
      stderr: 'The command took longer than 2 s.\n',
    });
  });
});

describe('--timeout', () => {
  test('is the time of the whole command, not of each call', async () => {
    await setting.credstash.put('foo', 'bar');
    for (const action of ['Query', 'PutItem'].map((each) => `dynamodb:${each}`)) {
      setting.aws.aws.inject({ action, latency: 500 });
    }
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
      setting.aws.aws.inject({ action, latency: 500 });
    }
    const args = ['put', 'foo', 'other', '-a', '--if-changed', '--timeout', '2'];
    const { exitCode, stderr } = await setting.run(...args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/The command took longer than 2 s/);
  });

  test('ends a command whose credentials never come, and leaves none waiting for them', async () => {
    const pid = join(setting.folder, 'pid');
    const config = await setting.file(
      'config',
      `[default]\ncredential_process = sh -c "echo $$ >${pid}; exec sleep 60"\n`,
    );
    const env = { AWS_CONFIG_FILE: config, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    const { seconds, ...end } = await new Running(['get', 'foo', '--timeout', '2'], env).end();
    process.kill(Number(readFileSync(pid, 'utf8')));
    rmSync(pid);
    expect(end).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^[^\n]*longer than 2 s, while finding credentials\)\.\n$/),
    });
    expect(seconds).toBeLessThan(10);
  });

  test('ends a command whose role is never assumed', async () => {
    const { port } = silent.address() as AddressInfo;
    const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
    const args = ['-n', 'arn:aws:iam::111122223333:role/reader', 'put', 'foo', 'bar'];
    expect(await new Running([...args, '--timeout', '1'], env).end()).toMatchObject({
      code: 1,
      stderr: 'The command took longer than 1 s. Nothing was stored.\n',
    });
  });

  test('does not end the command of exec', async () => {
    await setting.credstash.put('foo', 'bar');
    const script = 'sleep 3; echo done';
    const args = ['exec', 'foo', '--timeout', '2', '--', 'sh', '-c', script];
    expect(await setting.run(...args)).toMatchObject({ exitCode: 0, stdout: 'done\n' });
  });
});
