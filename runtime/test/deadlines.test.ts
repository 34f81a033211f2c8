import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';

import { runCli } from '../../demo/cli.js';
import { Credstash } from '../src/index.js';
import { Secrets } from './secrets.js';

const secrets = Secrets.prepare();

const sockets = new Set<Socket>();
let silent: Server;
let endpoint: string;

beforeAll(async () => {
  silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
});
afterAll(() => {
  silent.close();
  for (const socket of sockets) socket.destroy();
});

/** Secrets on a server that accepts connections, and never answers. */
function unanswered(timeout?: number): Credstash {
  const config = { ...secrets.test_.target, endpoint };
  const dynamodb = new DynamoDBClient(config);
  return new Credstash({ dynamodb, kms: new KMSClient(config), timeout });
}

const METHODS: Readonly<Record<string, (c: Credstash, signal?: AbortSignal) => Promise<unknown>>> =
  {
    get: (c, signal) => c.get('a', { signal }),
    getBytes: (c, signal) => c.getBytes('a', { version: 1, signal }),
    getAll: (c, signal) => c.getAll({ signal }),
    put: (c, signal) => c.put('a', 'v', { signal, autoVersion: true }),
    list: (c, signal) => c.list({ signal }),
    versions: (c, signal) => c.versions('a', { signal }),
    history: (c, signal) => c.history('a', { signal }),
    delete: (c, signal) => c.delete('a', { signal }),
    migrateVersions: (c, signal) => c.migrateVersions({ signal }),
  };

describe.each(Object.entries(METHODS))('%s', (_, method) => {
  test('rejects with ERR_UNREACHABLE when no answer comes within the timeout', async () => {
    await expect(method(unanswered(50))).rejects.toMatchObject({ code: 'ERR_UNREACHABLE' });
  });

  test('rejects with ERR_ABORTED when its signal aborts', async () => {
    await expect(method(unanswered(), AbortSignal.timeout(50))).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    });
  });

  test('makes no call when its signal has aborted already', async () => {
    const { credstash, test_ } = secrets;
    await expect(method(credstash, AbortSignal.abort())).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    });
    expect(test_.takeCalls()).toEqual([]);
  });
});

test('putAll reports each secret as failed when no answer comes within the timeout', async () => {
  const error: unknown = await unanswered(50)
    .putAll({ a: 'v', b: 'v' })
    .catch((each: unknown) => each);
  expect(error).toMatchObject({ code: 'ERR_BULK_WRITE' });
  const { failures } = error as { failures: Map<string, { code: string }> };
  expect(Array.from(failures, ([name, { code }]) => [name, code])).toEqual([
    ['a', 'ERR_UNREACHABLE'],
    ['b', 'ERR_UNREACHABLE'],
  ]);
});

test('get rejects with ERR_CREDENTIALS when they are never found', async () => {
  const { target } = secrets.test_;
  const credentials = () => new Promise<never>(() => undefined);
  const dynamodb = new DynamoDBClient({ ...target, credentials });
  const waiting = new Credstash({ dynamodb, timeout: 50 });
  await expect(waiting.get('a')).rejects.toMatchObject({
    code: 'ERR_CREDENTIALS',
    message: expect.stringMatching(/TimeoutError: no answer within 0\.05 s, while finding cred/),
  });
});

test('the CLI ends when STS does not answer for --arn', async () => {
  const env = { ...(await secrets.test_.env()), AWS_ENDPOINT_URL_STS: endpoint };
  const args = ['--timeout', '1', '--arn', 'arn:aws:iam::111122223333:role/reader', 'get', 'a'];
  const { exitCode, stderr } = await runCli(args, env);
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/(took longer than|no answer within) 1 s/) as string,
  });
}, 8000);

describe('a put whose answers are lost', () => {
  test('rejects with ERR_OUTCOME_UNKNOWN and its version when none arrives', async () => {
    const { test_, credstash } = secrets;
    test_.aws.inject({ action: 'dynamodb:PutItem', loseAnswer: true });
    const once = { ...test_.target, maxAttempts: 1 };
    const put = secrets
      .connect({ dynamodb: new DynamoDBClient(once) })
      .put('a', 'v', { version: 3 });
    await expect(put).rejects.toMatchObject({
      code: 'ERR_OUTCOME_UNKNOWN',
      message: expect.stringMatching(/^a version 3 may be stored/),
      secret: { name: 'a', version: '0000000000000000003' },
    });
    test_.aws.clearFaults();
    expect(await credstash.get('a', { version: 3 })).toBe('v');
  });

  test('succeeds when a last attempt finds its own item', async () => {
    const { test_, credstash } = secrets;
    test_.aws.inject({ action: 'dynamodb:PutItem', loseAnswer: true, times: 1 });
    const once = { ...test_.target, maxAttempts: 1 };
    const other = secrets.connect({ dynamodb: new DynamoDBClient(once) });
    expect(await other.put('a', 'v', { autoVersion: true })).toMatchObject({ isUnchanged: false });
    expect(await credstash.versions('a')).toHaveLength(1);
  });

  test('is refused as before when the answer says that nothing was stored', async () => {
    const { test_, credstash } = secrets;
    test_.aws.inject({ action: 'dynamodb:PutItem', error: 'ValidationException' });
    await expect(credstash.put('a', 'v')).rejects.toMatchObject({ code: 'ERR_AWS' });
  });
});

test.each([Infinity, NaN, 0, -1, 2 ** 31, 'soon'])('a timeout of %p is refused', (timeout) => {
  expect(() => new Credstash({ timeout: timeout as number })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error,
  );
});
