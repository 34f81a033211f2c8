import { runInNewContext } from 'node:vm';

import { TestAws } from '../../../testbed/test-aws.js';
import { Credstash, type EncryptionContext } from '../../src/index.js';

let test_: TestAws;
let credstash: Credstash;

beforeAll(async () => {
  test_ = await TestAws.start();
  credstash = new Credstash(test_.clients());
});
beforeEach(() => test_.takeCalls());
afterAll(() => test_.aws.stop());

describe('input checks', () => {
  test.each<[string, string, () => Promise<unknown>]>([
    ['an empty name', 'ERR_INVALID_ARGUMENT', () => credstash.get('')],
    ['a lone surrogate in a name', 'ERR_INVALID_ARGUMENT', () => credstash.put('\ud800', 'v')],
    ['a lone surrogate in a value', 'ERR_INVALID_ARGUMENT', () => credstash.put('a', '\udfff')],
    ['a name over 2,048 bytes', 'ERR_INVALID_ARGUMENT', () => credstash.get('é'.repeat(1025))],
    [
      'a value that is a number',
      'ERR_INVALID_ARGUMENT',
      () => credstash.put('a', 1 as unknown as string),
    ],
    [
      'an empty context key',
      'ERR_INVALID_ARGUMENT',
      () => credstash.get('a', { context: { '': 'x' } }),
    ],
    [
      'a context value that is not a string',
      'ERR_INVALID_ARGUMENT',
      () => credstash.getAll({ context: { env: 1 as unknown as string } }),
    ],
    [
      'a context that is a Map',
      'ERR_INVALID_ARGUMENT',
      () => credstash.put('a', 'v', { context: new Map() as unknown as EncryptionContext }),
    ],
    [
      'a name that is not a string',
      'ERR_INVALID_ARGUMENT',
      () => credstash.get(undefined as unknown as string),
    ],
    [
      'a version that is neither a string nor a number',
      'ERR_INVALID_ARGUMENT',
      () => credstash.get('a', { version: {} as string }),
    ],
    [
      'a comment larger than an item',
      'ERR_VALUE_TOO_LARGE',
      () => credstash.put('a', 'v', { comment: 'x'.repeat(420_000) }),
    ],
    [
      'an unknown digest',
      'ERR_INVALID_ARGUMENT',
      () => credstash.put('a', 'v', { digest: 'sha256' as 'SHA256' }),
    ],
    [
      'a version together with autoVersion',
      'ERR_INVALID_ARGUMENT',
      () => credstash.put('a', 'v', { version: 2, autoVersion: true }),
    ],
    [
      'a version over 1,024 bytes in put',
      'ERR_INVALID_ARGUMENT',
      () => credstash.put('a', 'v', { version: 'v'.repeat(1025) }),
    ],
    [
      'a version over 1,024 bytes in get',
      'ERR_INVALID_ARGUMENT',
      () => credstash.get('a', { version: 'v'.repeat(1025) }),
    ],
    [
      'getAll with names that are not an array',
      'ERR_INVALID_ARGUMENT',
      () => credstash.getAll({ names: 'app/*' as unknown as string[] }),
    ],
    [
      'list with an empty name',
      'ERR_INVALID_ARGUMENT',
      () => credstash.list({ names: ['app/*', ''] }),
    ],
    ['history of an empty name', 'ERR_INVALID_ARGUMENT', () => credstash.history('')],
    [
      'putAll of null',
      'ERR_INVALID_ARGUMENT',
      () => credstash.putAll(null as unknown as Record<string, string>),
    ],
    [
      'putAll of an array',
      'ERR_INVALID_ARGUMENT',
      () => credstash.putAll([] as unknown as Record<string, string>),
    ],
    ['an empty version', 'ERR_INVALID_ARGUMENT', () => credstash.delete('foo', { version: '' })],
  ])('refuse %s before any call', async (_, code, operation) => {
    await expect(operation()).rejects.toMatchObject({ code });
    expect(test_.takeCalls()).toEqual([]);
  });

  test('refuse an invalid compartment name', () => {
    expect(() => new Credstash({ ...test_.clients(), compartment: 'pr od' })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error,
    );
  });
});

describe('put at the size limit', () => {
  const comment = 'c'.repeat(1000);

  /** The largest value that is not refused. */
  async function largest(): Promise<number> {
    const error = await credstash.put('big', 'x'.repeat(400_000), { comment }).catch(String);
    return Number(/; (\d+) fit/.exec(String(error))?.[1]);
  }

  test('stores the largest value that fits', async () => {
    const value = 'x'.repeat(await largest());
    await credstash.put('big', value, { comment });
    expect(await credstash.get('big')).toBe(value);
  });

  test('fits a value of nearly three quarters of 400 KB', async () => {
    expect(await largest()).toBeGreaterThan((400 * 1024 * 3) / 4 - 2048);
  });

  test('rejects one byte more with ERR_VALUE_TOO_LARGE, before it asks for a data key', async () => {
    const value = Buffer.alloc((await largest()) + 1);
    await expect(credstash.put('big', value, { comment })).rejects.toMatchObject({
      code: 'ERR_VALUE_TOO_LARGE',
    });
    expect(test_.takeCalls()).not.toContain('kms:GenerateDataKey');
  });
});

test('putAll stores the secrets of a Map of another realm', async () => {
  const secrets = runInNewContext("new Map([['from-elsewhere', 'v']])") as Map<string, string>;
  expect([...(await credstash.putAll(secrets)).keys()]).toEqual(['from-elsewhere']);
});
