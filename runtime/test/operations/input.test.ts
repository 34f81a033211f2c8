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

describe('before any call', () => {
  test.each<[string, string, () => Promise<unknown>]>([
    ['an empty name', 'ERR_INVALID_ARGUMENT', () => credstash.get('')],
    ['half a surrogate in a name', 'ERR_INVALID_ARGUMENT', () => credstash.put('\ud800', 'v')],
    ['half a surrogate in a value', 'ERR_INVALID_ARGUMENT', () => credstash.put('a', '\udfff')],
    ['a name over 2,048 bytes', 'ERR_INVALID_ARGUMENT', () => credstash.get('é'.repeat(1025))],
    [
      'a value that is no text',
      'ERR_INVALID_ARGUMENT',
      () => credstash.put('a', 1 as unknown as string),
    ],
    [
      'a context without a key',
      'ERR_INVALID_ARGUMENT',
      () => credstash.get('a', { context: { '': 'x' } }),
    ],
    [
      'a context that is not of texts',
      'ERR_INVALID_ARGUMENT',
      () => credstash.getAll({ context: { env: 1 as unknown as string } }),
    ],
    [
      'a context that is a Map, which would bind to nothing',
      'ERR_INVALID_ARGUMENT',
      () => credstash.put('a', 'v', { context: new Map() as unknown as EncryptionContext }),
    ],
    [
      'a name that is no text',
      'ERR_INVALID_ARGUMENT',
      () => credstash.get(undefined as unknown as string),
    ],
    [
      'a version that is no text',
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
      'a version and autoVersion',
      'ERR_INVALID_ARGUMENT',
      () => credstash.put('a', 'v', { version: 2, autoVersion: true }),
    ],
    [
      'a version over 1,024 bytes',
      'ERR_INVALID_ARGUMENT',
      () => credstash.put('a', 'v', { version: 'v'.repeat(1025) }),
    ],
    [
      'a version over 1,024 bytes to read',
      'ERR_INVALID_ARGUMENT',
      () => credstash.get('a', { version: 'v'.repeat(1025) }),
    ],
    ['an empty version', 'ERR_INVALID_ARGUMENT', () => credstash.delete('foo', { version: '' })],
  ])('%s is refused', async (_, code, operation) => {
    await expect(operation()).rejects.toMatchObject({ code });
    expect(test_.takeCalls()).toEqual([]);
  });

  test('an impossible compartment is refused', () => {
    expect(() => new Credstash({ ...test_.clients(), compartment: 'pr od' })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error,
    );
  });
});

describe('a value of the largest size', () => {
  const comment = 'c'.repeat(1000);

  /** The largest value that is not refused. */
  async function largest(): Promise<number> {
    const error = await credstash.put('big', 'x'.repeat(400_000), { comment }).catch(String);
    return Number(/; (\d+) fit/.exec(String(error))?.[1]);
  }

  test('is stored', async () => {
    const value = 'x'.repeat(await largest());
    await credstash.put('big', value, { comment });
    expect(await credstash.get('big')).toBe(value);
  });

  test('is not much smaller than what an item holds', async () => {
    expect(await largest()).toBeGreaterThan((400 * 1024 * 3) / 4 - 2048);
  });

  test('and one byte is refused before any call', async () => {
    const value = Buffer.alloc((await largest()) + 1);
    await expect(credstash.put('big', value, { comment })).rejects.toMatchObject({
      code: 'ERR_VALUE_TOO_LARGE',
    });
    expect(test_.takeCalls()).not.toContain('kms:GenerateDataKey');
  });
});
