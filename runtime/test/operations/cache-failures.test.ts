import { getEventListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';

import { FaultProxy } from '../../../testbed/fault-proxy.js';
import {
  DynamoDbStore,
  type BulkReadError,
  type CacheOptions,
  type Credstash,
  type SecretStore,
} from '../../src/index.js';
import { Secrets } from '../secrets.js';
import { passed, prepareClock, underWay } from './clock.js';

const secrets = Secrets.prepare();
prepareClock();
let { credstash: other, test_, warnings } = secrets;

beforeEach(async () => {
  ({ credstash: other, test_, warnings } = secrets);
  await other.put('a', 'one');
  test_.takeCalls();
});

const MINUTE = 60_000;
const READ = ['dynamodb:Query', 'kms:Decrypt'];

/** A client that tries each call once. */
function once(cache: CacheOptions, endpoint = test_.aws.endpoint): Credstash {
  const config = { ...test_.target, endpoint, maxAttempts: 1 };
  const kms = new KMSClient(config);
  const dynamodb = new DynamoDBClient(config);
  return secrets.connect({ dynamodb, kms, cache: { maxAge: MINUTE, ...cache } });
}

describe('when a secret can not be read again', () => {
  const OUTAGES = [
    ['dynamodb:Query', 'ThrottlingException', 'ERR_THROTTLED'],
    ['kms:Decrypt', 'ThrottlingException', 'ERR_THROTTLED'],
  ] as const;
  const ANSWERS = [
    ['dynamodb:Query', 'AccessDeniedException', 'ERR_ACCESS_DENIED'],
    ['kms:Decrypt', 'AccessDeniedException', 'ERR_ACCESS_DENIED'],
    ['kms:Decrypt', 'DisabledException', 'ERR_KEY_UNAVAILABLE'],
    ['dynamodb:Query', 'UnrecognizedClientException', 'ERR_CREDENTIALS'],
    ['dynamodb:Query', 'ValidationException', 'ERR_AWS'],
  ] as const;

  test.each([...OUTAGES, ...ANSWERS])(
    'as %s answers %s, get rejects with %s, unless staleIfError is set',
    async (action, error, code) => {
      const credstash = once({});
      await credstash.get('a');
      passed(MINUTE);
      test_.aws.inject({ action, error });
      await expect(credstash.get('a')).rejects.toMatchObject({ code });
      expect(warnings).toEqual([]);
    },
  );

  test.each(OUTAGES)(
    'as %s answers %s, get gives the old value and warns, with staleIfError',
    async (action, error) => {
      const credstash = once({ staleIfError: 60 * MINUTE });
      await credstash.get('a');
      passed(2 * MINUTE);
      test_.aws.inject({ action, error });
      const gets = [1, 2, 3].map(() => credstash.get('a'));
      expect(await Promise.all(gets)).toEqual(['one', 'one', 'one']);
      expect(warnings).toEqual([
        expect.stringMatching(`^a: its value of 120 s ago is used. Could not call ${action} on`),
      ]);
    },
  );

  test.each(ANSWERS)(
    'as %s answers %s, get rejects even with staleIfError, and forgets the value',
    async (action, error, code) => {
      const credstash = once({ staleIfError: 60 * MINUTE });
      await credstash.get('a');
      passed(MINUTE);
      test_.aws.inject({ action, error });
      await expect(credstash.get('a')).rejects.toMatchObject({ code });
      test_.aws.clearFaults();
      test_.aws.inject({ action, error: 'ThrottlingException' });
      await expect(credstash.get('a')).rejects.toMatchObject({ code: 'ERR_THROTTLED' });
    },
  );

  test.each(['503', 'reset before'] as const)(
    'as AWS fails (%s), get gives the old value with staleIfError',
    async (fault) => {
      let fails = false;
      const proxy = await FaultProxy.start(test_.aws.endpoint, fault, () => fails);
      try {
        const credstash = once({ staleIfError: MINUTE }, proxy.endpoint);
        await credstash.get('a');
        passed(MINUTE);
        fails = true;
        expect(await credstash.get('a')).toBe('one');
      } finally {
        proxy.stop();
      }
    },
  );

  describe('with staleIfError', () => {
    test('it is tried again after 10 seconds, and not before', async () => {
      const credstash = once({ staleIfError: 60 * MINUTE });
      await credstash.get('a');
      await other.put('a', 'two', { version: 2 });
      passed(MINUTE);
      test_.aws.inject({ action: 'kms:Decrypt', error: 'ThrottlingException' });
      await credstash.get('a');
      test_.aws.clearFaults();
      expect(await credstash.get('a')).toBe('one');
      passed(10_000);
      expect(await credstash.get('a')).toBe('two');
      expect(warnings).toHaveLength(1);
    });

    test('it is given while nothing answers with credentials', async () => {
      let isSilent = false;
      const credentials = () =>
        isSilent
          ? new Promise<never>(() => undefined)
          : // So soon to expire, they are asked for again by each call.
            Promise.resolve({
              ...test_.target.credentials,
              expiration: new Date(Date.now() + 1000),
            });
      const config = { ...test_.target, endpoint: test_.aws.endpoint, credentials };
      const [dynamodb, kms] = [new DynamoDBClient(config), new KMSClient(config)];
      const cache = { maxAge: MINUTE, staleIfError: MINUTE };
      const credstash = secrets.connect({ dynamodb, kms, cache, timeout: 500 });
      await credstash.get('a');
      passed(MINUTE);
      isSilent = true;
      expect(await credstash.get('a')).toBe('one');
      await expect(credstash.get('a', { forceFetch: true })).rejects.toMatchObject({
        code: 'ERR_CREDENTIALS',
      });
    });

    test('it is given for that time only', async () => {
      const credstash = once({ staleIfError: MINUTE });
      await credstash.get('a');
      test_.aws.inject({ action: 'kms:Decrypt', error: 'ThrottlingException' });
      passed(2 * MINUTE - 5000);
      expect(await credstash.get('a')).toBe('one');
      passed(5000);
      await expect(credstash.get('a')).rejects.toMatchObject({ code: 'ERR_THROTTLED' });
    });

    test('forceFetch rejects', async () => {
      const credstash = once({ staleIfError: MINUTE });
      await credstash.get('a');
      test_.aws.inject({ action: 'kms:Decrypt', error: 'ThrottlingException' });
      await expect(credstash.get('a', { forceFetch: true })).rejects.toMatchObject({
        code: 'ERR_THROTTLED',
      });
      expect(await credstash.get('a')).toBe('one');
    });
  });
});

describe('a read that several wait for', () => {
  test('goes on for the others when the signal of one aborts', async () => {
    const credstash = once({});
    const controller = new AbortController();
    test_.aws.inject({ action: 'kms:Decrypt', latency: 300 });
    const first = credstash.get('a', { signal: controller.signal });
    const others = [credstash.get('a'), credstash.get('a', { signal: AbortSignal.timeout(9000) })];
    await underWay(test_, 'kms:Decrypt');
    controller.abort(new Error('enough'));
    await expect(first).rejects.toMatchObject({
      code: 'ERR_ABORTED',
      cause: expect.objectContaining({ message: 'enough' }) as Error,
    });
    expect(await Promise.all(others)).toEqual(['one', 'one']);
    expect(test_.takeCalls()).toEqual(READ);
  });

  test('ends when the signals of all abort, and a later get begins anew', async () => {
    const credstash = once({});
    const controllers = [new AbortController(), new AbortController()];
    test_.aws.inject({ action: 'dynamodb:Query', latency: 300, times: 1 });
    const gets = controllers.map(({ signal }) => credstash.get('a', { signal }));
    const outcomes = Promise.allSettled(gets);
    await underWay(test_, 'dynamodb:Query');
    for (const controller of controllers) controller.abort();
    expect(await outcomes).toMatchObject([
      { reason: { code: 'ERR_ABORTED' } },
      { reason: { code: 'ERR_ABORTED' } },
    ]);
    await setTimeout(400);
    expect(test_.takeCalls()).toEqual(['dynamodb:Query']);
    expect(await credstash.get('a')).toBe('one');
    expect(test_.takeCalls()).toEqual(READ);
  });

  test('is not joined once it was given up, even if the store goes on', async () => {
    const stored = new DynamoDbStore(test_.clients().dynamodb, 'credential-store');
    const unheeding = {
      limits: stored.limits,
      latest: async (name: string) => stored.latest(name),
    };
    const credstash = secrets.connect({ store: unheeding as SecretStore, cache: {} });
    test_.aws.inject({ action: 'dynamodb:Query', latency: 300, times: 1 });
    const given = credstash.get('a', { signal: AbortSignal.timeout(50) });
    await expect(given).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await other.put('a', 'two', { version: 2 });
    expect(await credstash.get('a')).toBe('two');
    await setTimeout(400);
    expect(await credstash.get('a')).toBe('two');
  });

  test('ends when the signal aborts as it begins', async () => {
    const controller = new AbortController();
    const { limits } = new DynamoDbStore(test_.clients().dynamodb, 'credential-store');
    const latest = () => {
      controller.abort();
      return new Promise<never>(() => undefined);
    };
    const store = { limits, latest } as Partial<SecretStore> as SecretStore;
    const get = secrets.connect({ store, cache: {} }).get('a', { signal: controller.signal });
    await expect(get).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });

  test('gives its error to all, and is not kept', async () => {
    const credstash = once({});
    test_.aws.inject({ action: 'kms:Decrypt', error: 'ThrottlingException', times: 1 });
    const outcomes = await Promise.allSettled([credstash.get('a'), credstash.get('a')]);
    expect(outcomes).toMatchObject([
      { reason: { code: 'ERR_THROTTLED' } },
      { reason: { code: 'ERR_THROTTLED' } },
    ]);
    expect(await credstash.get('a')).toBe('one');
  });

  test('is not given to a get whose signal has aborted already, nor is what the cache has', async () => {
    const credstash = once({});
    await credstash.get('a');
    await expect(credstash.get('a', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    });
  });

  test('1,000 gets with one signal leave no listeners, and no warning of Node.js', async () => {
    const credstash = once({});
    const warned = jest.fn();
    process.on('warning', warned);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 1000 }, () => credstash.get('a', { signal })));
    await new Promise(setImmediate);
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

test.each<
  [string, (credstash: Credstash, names: string[], signal: AbortSignal) => Promise<unknown>]
>([
  ['getAll', (credstash, names, signal) => credstash.getAll({ names, signal })],
  [
    'resolve',
    (credstash, names, signal) =>
      credstash.resolve(Object.fromEntries(names.map((name) => [name, `credstash:${name}`])), {
        signal,
      }),
  ],
  ['preload', (credstash, names, signal) => credstash.preload(names, { signal })],
])(
  'an abort in the middle of %s tells what was read, and leaves that in the cache',
  async (_, bulk) => {
    const names = Array.from({ length: 40 }, (_each, index) => `n${index}`);
    await other.putAll(new Map(names.map((name) => [name, name])));
    const credstash = once({});
    const controller = new AbortController();
    let read = 0;
    test_.aws.inject({
      action: 'dynamodb:Query',
      when: () => {
        read++;
        if (read === 25) controller.abort();
        return false;
      },
    });
    const error: unknown = await bulk(credstash, names, controller.signal).catch(
      (each: unknown) => each,
    );
    const { secrets: done, failures } = error as BulkReadError;
    expect(done.size + failures.size).toBe(40);
    expect(done.size).toBeGreaterThan(0);
    for (const { code } of failures.values()) expect(code).toBe('ERR_ABORTED');
    test_.takeCalls();
    await credstash.getAll({ names: [...done.keys()] });
    expect(test_.takeCalls()).toEqual([]);
  },
);
