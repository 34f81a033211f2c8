import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runCli } from '../../demo/cli.js';
import { Credstash } from '../src/index.js';
import { Secrets } from './secrets.js';

const secrets = Secrets.prepare();

let folder: string;
let env: Record<string, string>;

/** A profile whose credentials come from a process that leaves a line for each time it is asked. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'credstash-credentials-'));
  const { accessKeyId, secretAccessKey } = secrets.test_.aws.admin;
  const answer = { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey };
  writeFileSync(join(folder, 'answer'), JSON.stringify(answer));
  const command = `sh -c "echo asked >>${folder}/asked; cat ${folder}/answer"`;
  writeFileSync(join(folder, 'config'), `[default]\ncredential_process = ${command}\n`);
  env = {
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_ENDPOINT_URL: secrets.test_.aws.endpoint,
    AWS_REGION: 'us-east-1',
  };
  await secrets.credstash.put('foo', 'bar');
});
afterEach(() => rmSync(folder, { recursive: true }));

const timesAsked = () => readFileSync(join(folder, 'asked'), 'utf8').split('\n').length - 1;

test.each(['get foo', 'doctor', 'setup'])(
  'credentials are found once for all services by the CLI: %s',
  async (command) => {
    const outcome = await runCli(command.split(' '), { ...env, HOME: folder });
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(timesAsked()).toBe(1);
  },
);

test.each(['get foo', 'doctor', 'setup'])(
  'a credential_process that never answers ends the CLI after its timeout: %s',
  async (command) => {
    writeFileSync(join(folder, 'config'), '[default]\ncredential_process = sleep 20\n');
    const start = Date.now();
    const args = [...command.split(' '), '--timeout', '0.5'];
    const { exitCode, stdout, stderr } = await runCli(args, { ...env, HOME: folder });
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toMatch(/(The command took longer than|no answer within) 0.5 s/);
    expect(Date.now() - start).toBeLessThan(10_000);
  },
);

describe('credentials that have expired', () => {
  const expired = { error: 'ExpiredTokenException', times: 1 } as const;

  test.each(['dynamodb:Query', 'kms:Decrypt'])(
    'are found again, once, when %s is refused',
    async (action) => {
      secrets.test_.aws.inject({ action, ...expired });
      const result = await runCli(['get', 'foo'], { ...env, HOME: folder });
      expect(result).toMatchObject({ exitCode: 0, stdout: 'bar\n' });
      expect(timesAsked()).toBe(2);
    },
  );

  test('are found again in the middle of a list of many pages', async () => {
    const entries = Array.from({ length: 60 }, (_, i): [string, string] => [`s${i}`, 'v']);
    const comment = 'c'.repeat(40_000);
    await secrets.credstash.putAll(new Map(entries), { comment });
    let scans = 0;
    const when = () => ++scans === 2;
    secrets.test_.aws.inject({ action: 'dynamodb:Scan', ...expired, when });
    const { stdout, exitCode } = await runCli(['keys'], { ...env, HOME: folder });
    expect(exitCode).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(61);
    expect(timesAsked()).toBe(2);
  });

  test('are found again by setup', async () => {
    secrets.test_.aws.inject({ action: 'iam:GetPolicy', error: 'ExpiredToken', times: 1 });
    const args = ['setup', '--dry-run'];
    expect(await runCli(args, { ...env, HOME: folder })).toMatchObject({ exitCode: 0 });
    expect(timesAsked()).toBeGreaterThan(1);
  });

  test('end the call when they were found again and are refused again', async () => {
    secrets.test_.aws.inject({ action: 'dynamodb:Query', error: 'ExpiredTokenException' });
    const { exitCode, stderr } = await runCli(['get', 'foo'], { ...env, HOME: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/ExpiredTokenException.*Sign in again/);
    expect(timesAsked()).toBe(2);
  });
});

describe('the clients that Credstash makes', () => {
  const before = { ...process.env };
  beforeEach(() => Object.assign(process.env, env));
  afterEach(() => {
    for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  });

  test('find credentials once', async () => {
    const credstash = new Credstash();
    expect(await credstash.get('foo')).toBe('bar');
    expect(timesAsked()).toBe(1);
    credstash.close();
  });

  test('are closed by close', async () => {
    const { port } = new URL(secrets.test_.aws.endpoint);
    const sockets: Socket[] = [];
    const relay = createServer((socket) => {
      sockets.push(socket);
      const onward = connect(Number(port), 'localhost');
      socket.pipe(onward).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(relay, 'listening');
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(relay.address() as AddressInfo).port}`;

    const credstash = new Credstash();
    await credstash.get('foo');
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, false]);
    const closed = sockets.map((socket) => once(socket, 'close'));
    credstash.close();
    await Promise.all(closed);
    relay.close();
  });
});
