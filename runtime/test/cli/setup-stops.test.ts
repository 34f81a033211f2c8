import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PutResourcePolicyCommand } from '@aws-sdk/client-dynamodb';
import { CreateGrantCommand } from '@aws-sdk/client-kms';

import { cliCommand, runCli, type Outcome } from '../../../demo/cli.js';
import { BareAws } from '../setup/bare.js';
import { createKey, createTable, TABLE_ARN } from '../setup/by-hand.js';

const OUTSIDER = 'arn:aws:iam::999999999999:root';

let bare: BareAws;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  bare = await BareAws.start();
  env = { ...bare.env, HOME: await mkdtemp(join(tmpdir(), 'credstash-home-')) };
});
afterEach(() => bare.aws.stop());

const run = (...args: string[]): Promise<Outcome> => runCli(args, env);

describe('a compartment that is open to strangers', () => {
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: OUTSIDER },
    Action: 'dynamodb:Query',
    Resource: '*',
  };
  let key: string;

  beforeEach(async () => {
    await createTable(bare.clients);
    const Policy = JSON.stringify({ Statement: [statement] });
    await bare.clients.dynamodb.send(
      new PutResourcePolicyCommand({ ResourceArn: TABLE_ARN, Policy }),
    );
    key = await createKey(bare.clients);
    const grant = { KeyId: key, GranteePrincipal: OUTSIDER, Operations: ['Decrypt' as const] };
    await bare.clients.kms.send(new CreateGrantCommand(grant));
    bare.takeCalls();
  });

  test('stops setup, with the statement and the flag, until each is adopted', async () => {
    const { exitCode, stdout, stderr } = await run('setup');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toBe(
      `The table credential-store, ${TABLE_ARN}, is open to others than this account's users and roles: its policy also says ${JSON.stringify(statement)}. Remove what should not be there; if you want all of it, adopt ${TABLE_ARN}. To adopt it as it is, add --adopt and that ARN.\n`,
    );
    const next = await run('setup', '--adopt', TABLE_ARN);
    expect(next.stderr).toMatch(new RegExp(`^The key of alias/credstash, ${key}, is open to`));
    expect(bare.takeChanges()).toEqual([]);

    const adopted = await run('setup', '--adopt', TABLE_ARN, key);
    expect(adopted.exitCode).toBe(0);
    expect(adopted.stdout).toContain(`
  update     table credential-store: turn point-in-time recovery on; turn deletion protection on
               its policy also says ${JSON.stringify(statement)}
               its billing, PROVISIONED, is kept
  update     key of alias/credstash: turn yearly rotation on
               its policy lets it be deleted while it is in use
               its grant grant-1 lets ${OUTSIDER} do Decrypt
`);
    expect(adopted.stdout).toContain(`\n  credstash doctor --adopt ${TABLE_ARN} ${key}\n`);
  });

  test('is reported by doctor, and not when each is adopted', async () => {
    await run('setup', '--adopt', TABLE_ARN, key);
    const { exitCode, stdout } = await run('doctor');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^NO {2}table .*"Principal":{"AWS":"arn:aws:iam::999999999999:root"}/m);
    expect(stdout).toMatch(/^NO {2}key .*its grant grant-1 lets arn:aws:iam::999999999999:root/m);
    const known = await run('doctor', '--adopt', TABLE_ARN, key);
    expect(known.exitCode).toBe(0);
    expect(known.stdout).toMatch(/^ok {2}table .*"Principal"/m);
  });
});

test('setup makes the table of a second region for the key of the first, and saves its region', async () => {
  await run('setup');
  const regions = ['-r', 'us-east-2', '--kms-region', 'us-east-1'];
  const { exitCode, stdout } = await run('setup', ...regions);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`
  create     table credential-store
  unchanged  key of alias/credstash
  unchanged  alias alias/credstash
  create     policy credstash-read-secrets-us-east-2
               policy credstash-read-secrets is kept, which is for ${TABLE_ARN}
  create     policy credstash-write-secrets-us-east-2
               policy credstash-write-secrets is kept, which is for ${TABLE_ARN}
`);
  expect((await run('put', 'foo', 'bar', ...regions)).exitCode).toBe(0);
  expect((await run('get', 'foo', ...regions)).stdout).toBe('bar\n');

  const saved = await run('setup', '-r', 'us-east-2', '--save-kms-region', 'us-east-1');
  expect(saved).toMatchObject({ exitCode: 0, stderr: '' });
  expect(saved.stdout).toMatch(/Nothing to do\.\n$/);
  expect((await run('get', 'foo', '-r', 'us-east-2')).stdout).toBe('bar\n');
});

describe('a server that never answers', () => {
  let silent: Server;
  const sockets = new Set<Socket>();

  beforeEach(async () => {
    silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  afterEach(() => {
    silent.close();
    for (const socket of sockets) socket.destroy();
  });

  test.each(['', '_DYNAMODB', '_KMS', '_IAM'])(
    'ends setup and doctor after their timeout (AWS_ENDPOINT_URL%s)',
    async (service) => {
      env[`AWS_ENDPOINT_URL${service}`] =
        `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      const start = Date.now();
      const ended = await Promise.all([
        run('setup', '--timeout', '0.3'),
        run('doctor', '--timeout', '0.3'),
      ]);
      expect(Date.now() - start).toBeLessThan(10_000);
      const stderr = expect.stringMatching(/(The command took longer than|no answer within) 0.3 s/);
      expect(ended[0]).toMatchObject({ exitCode: 1, stderr });
      // It doesn't ask IAM.
      if (service !== '_IAM') expect(ended[1]).toMatchObject({ exitCode: 1, stderr });
    },
  );
});

describe('setup that is interrupted', () => {
  /** Send a signal when a call has been made whose answer is late. */
  async function interrupt(action: string, signal: NodeJS.Signals) {
    bare.aws.inject({ action, latency: 30_000 });
    const child = spawn(...cliCommand('setup'), { env: { ...process.env, ...env } });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(child, 'close');
    while (!bare.aws.requests.some(({ call }) => call === action)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill(signal);
    return { code: (await ended)[0] as unknown, said };
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s says what was made, and goes on when it is run again',
    async (signal, code) => {
      expect(await interrupt('kms:CreateAlias', signal)).toEqual({
        code,
        said: 'Interrupted. What was made stays: table credential-store, point-in-time recovery of the table credential-store, key of alias/credstash, and perhaps what was about to be made. Run this again to go on from there.\n',
      });
      bare.aws.clearFaults();
      expect((await run('setup')).stdout).toMatch(/^ {2}adopt {6}key of alias\/credstash/m);
    },
  );

  test('while it plans says that nothing was changed', async () => {
    expect(await interrupt('tag:GetResources', 'SIGINT')).toEqual({
      code: 130,
      said: 'Interrupted. Nothing was changed.\n',
    });
    bare.aws.clearFaults();
    expect(bare.takeChanges()).toEqual([]);
  });
});
