import { BulkReadError } from '../../src/index.js';
import { Secrets } from '../secrets.js';

const secrets = Secrets.prepare();
let { credstash: other, test_ } = secrets;

beforeEach(() => ({ credstash: other, test_ } = secrets));
afterEach(() => jest.restoreAllMocks());

const cached = () => secrets.connect({ cache: {} });

test('preload reads secrets into the cache, one call each', async () => {
  const context = { env: 'prod' };
  await other.putAll({ a: 'one', b: Buffer.from([255]) }, { context });
  const credstash = cached();
  test_.takeCalls();
  await credstash.preload(['a', 'b', 'a'], { context });
  expect(test_.takeCalls().sort()).toEqual([
    'dynamodb:Query',
    'dynamodb:Query',
    'kms:Decrypt',
    'kms:Decrypt',
  ]);
  expect(await credstash.get('a', { context })).toBe('one');
  expect(await credstash.getBytes('b', { context })).toEqual(Buffer.from([255]));
  expect(test_.takeCalls()).toEqual([]);
});

test('preload rejects with what it could not read, and why; the rest is in the cache', async () => {
  await other.putAll({ a: 'one', b: Buffer.from([255]) });
  const credstash = cached();
  const error: unknown = await credstash.preload(['a', 'b', 'a*']).catch((each: unknown) => each);
  expect(error).toBeInstanceOf(BulkReadError);
  const { secrets: read, failures } = error as BulkReadError;
  expect([...read]).toEqual([['a', 'one']]);
  expect(Array.from(failures, ([name, { code }]) => [name, code])).toEqual([
    ['a*', 'ERR_SECRET_NOT_FOUND'],
  ]);
  test_.takeCalls();
  await credstash.getBytes('b');
  expect(test_.takeCalls()).toEqual([]);
});

test('preload without a cache is refused', async () => {
  await expect(other.preload(['a'])).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining('option cache') as string,
  });
});

describe('the jitter of preload', () => {
  test('is a random part of what is given, before any call', async () => {
    await other.put('a', 'one');
    test_.takeCalls();
    jest.spyOn(Math, 'random').mockReturnValue(0.02);
    const begin = performance.now();
    const done = cached().preload(['a'], { jitter: 10_000 });
    await new Promise((wait) => setTimeout(wait, 50));
    expect(test_.takeCalls()).toEqual([]);
    await done;
    expect(performance.now() - begin).toBeGreaterThanOrEqual(195);
    expect(performance.now() - begin).toBeLessThan(9000);
    expect(test_.takeCalls()).toEqual(['dynamodb:Query', 'kms:Decrypt']);
  });

  test('ends with the signal, without a call', async () => {
    const signal = AbortSignal.timeout(20);
    await expect(cached().preload(['a'], { jitter: 2 ** 31 - 1, signal })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    });
    expect(test_.takeCalls()).toEqual([]);
  });
});
