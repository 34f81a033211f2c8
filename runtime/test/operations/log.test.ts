import { inspect } from 'node:util';

import { padVersion } from '../../src/format/version.js';
import type { Credstash, CredstashOptions, OperationEvent, SecretStore } from '../../src/index.js';
import { Secrets } from '../secrets.js';
import { throwing } from './wrong-values.js';

const secrets = Secrets.prepare();
const log: [message: string, event: OperationEvent][] = [];
let credstash: Credstash;

/** Methods of a class, as a logger has, that need their `this`. */
class Recorder {
  readonly #log = log;

  debug(message: string, event: OperationEvent): void {
    this.#log.push([message, event]);
  }
}

const connect = (options: CredstashOptions = {}) =>
  secrets.connect({ logger: new Recorder(), ...options });

/** The events since the last time, without their time. */
const events = () => log.splice(0).map(([, event]) => ({ ...event, milliseconds: undefined }));

beforeEach(() => {
  credstash = connect();
  log.length = 0;
});

const failing = {
  limits: { nameBytes: 9, versionBytes: 99, itemBytes: 999 },
  latest: () => Promise.reject(new Error('out of order')),
} as Partial<SecretStore> as SecretStore;

const V1 = padVersion(1);
const V2 = padVersion(2);

test('the logger is told of each method, the secret, its version, and the calls to AWS', async () => {
  await credstash.put('a', 'one');
  await credstash.put('a', 'two', { autoVersion: true });
  await credstash.get('a');
  await credstash.getBytes('a', { version: 1 });
  await credstash.versions('a');
  await credstash.history('a');
  await credstash.list();
  await credstash.getAll({ names: ['a'] });
  await credstash.resolve({ A: 'credstash:a' });
  await credstash.putAll({ b: '', c: '' });
  await credstash.migrateVersions();
  await credstash.delete('a');
  expect(events()).toEqual([
    { operation: 'put', name: 'a', version: V1, calls: 2 },
    { operation: 'put', name: 'a', version: V2, calls: 3 },
    { operation: 'get', name: 'a', version: V2, calls: 2 },
    { operation: 'getBytes', name: 'a', version: V1, calls: 2 },
    { operation: 'versions', name: 'a', calls: 1 },
    { operation: 'history', name: 'a', calls: 1 },
    { operation: 'list', calls: 1 },
    { operation: 'getAll', calls: 2 },
    { operation: 'resolve', calls: 2 },
    { operation: 'putAll', calls: 4 },
    { operation: 'migrateVersions', calls: 1 },
    { operation: 'delete', name: 'a', calls: 3 },
  ]);
});

test('its message is the method, and its time is that of the method', async () => {
  await credstash.put('a', 'v');
  secrets.test_.aws.inject({ action: 'kms:Decrypt', latency: 200, times: 1 });
  log.length = 0;
  const start = performance.now();
  await credstash.get('a');
  const [[message, { milliseconds }] = ['', { milliseconds: 0 }]] = log;
  expect(message).toBe('credstash.get');
  expect(milliseconds).toBeGreaterThanOrEqual(195);
  expect(milliseconds).toBeLessThanOrEqual(Math.ceil(performance.now() - start));
});

test('the logger is told the code of an error, and of what version', async () => {
  await secrets.credstash.put('a', 'v');
  await expect(credstash.get('a', { version: 2 })).rejects.toThrow();
  await expect(credstash.put('a', 'v')).rejects.toThrow();
  await expect(credstash.get('a', { context: { env: 'prod' } })).rejects.toThrow();
  await expect(credstash.getAll({ names: ['a', 'b'] })).rejects.toThrow();
  await expect(connect({ store: failing }).get('a')).rejects.toThrow();
  expect(events()).toEqual([
    { operation: 'get', name: 'a', version: V2, calls: 2, code: 'ERR_SECRET_NOT_FOUND' },
    { operation: 'put', name: 'a', version: V1, calls: 3, code: 'ERR_VERSION_EXISTS' },
    { operation: 'get', name: 'a', calls: 2, code: 'ERR_CONTEXT_MISMATCH' },
    { operation: 'getAll', calls: 3, code: 'ERR_BULK_READ' },
    { operation: 'get', name: 'a', calls: 0, code: 'ERR_SERVICE' },
  ]);
});

test('the logger counts the calls of methods that run at once, each for itself', async () => {
  await secrets.credstash.put('a', 'v');
  await Promise.all([credstash.get('a'), credstash.list(), credstash.get('a')]);
  expect(
    events()
      .map(({ operation, calls }) => `${operation} ${calls}`)
      .sort(),
  ).toEqual(['get 2', 'get 2', 'list 1']);
});

test('the logger sees in the calls what came from the cache', async () => {
  await secrets.credstash.put('a', 'v');
  credstash = connect({ cache: {} });
  await Promise.all([credstash.get('a'), credstash.get('a')]);
  await credstash.get('a');
  expect(events()).toEqual(
    expect.arrayContaining(
      [2, 0, 0].map((calls) => ({ operation: 'get', name: 'a', version: V1, calls })),
    ),
  );
});

test('the logger never gets a value, a comment or a context', async () => {
  const options = { context: { tenant: 'acme' }, comment: 'remark' };
  await credstash.put('a', 'hunter2', options);
  await credstash.get('a', options).catch(() => undefined);
  await credstash.get('a', { context: options.context });
  await credstash.getAll(options as object).catch(() => undefined);
  await credstash.resolve({ A: 'hunter2', B: 'credstash:a?context.tenant=acme' });
  await credstash.getBytes(Buffer.from('hunter2') as never).catch(() => undefined);
  await credstash.get('hunter2'.repeat(1000)).catch(() => undefined);
  await credstash.put('b', 'hunter2', { hunter2: 1 } as object).catch(() => undefined);
  expect(log).toHaveLength(8);
  expect(inspect(log, { depth: null, maxStringLength: null })).not.toMatch(
    /hunter2|acme|tenant|remark/,
  );
});

test.each([
  ['throws', throwing],
  ['rejects', () => Promise.reject(new Error('thrown by the caller'))],
])('a logger that %s stops nothing, and onWarning is told', async (_, debug) => {
  credstash = connect({ logger: { debug } });
  await credstash.put('a', 'v');
  expect(await credstash.get('a')).toBe('v');
  await expect(credstash.get('b')).rejects.toMatchObject({ code: 'ERR_SECRET_NOT_FOUND' });
  await new Promise(setImmediate);
  expect(secrets.warnings).toEqual(
    Array(3).fill('The callback logger failed: thrown by the caller'),
  );
});
