import { BulkWriteError, KmsKeyService } from '../../src/index.js';
import { Secrets } from '../secrets.js';
import { throwing } from './wrong-values.js';

const secrets = Secrets.prepare();

describe('arguments are taken at the call:', () => {
  test('put stores the bytes and the context as they were', async () => {
    const value = Buffer.from('before');
    const context = { env: 'prod' };
    const options = { context, version: 1 };
    const done = secrets.credstash.put('a', value, options);
    value.fill('x');
    context.env = 'dev';
    options.version = 2;
    await done;
    expect(await secrets.credstash.get('a', { context: { env: 'prod' }, version: 1 })).toBe(
      'before',
    );
  });

  test('putAll stores the secrets of a Map as they were', async () => {
    const value = Buffer.from('before');
    const values = new Map<string, Uint8Array>([['a', value]]);
    const done = secrets.credstash.putAll(values);
    value.fill('x');
    values.clear();
    values.set('b', value);
    await done;
    expect([...(await secrets.credstash.getAll())]).toEqual([['a', 'before']]);
  });

  test('get and getAll read the names and the context as they were', async () => {
    await secrets.credstash.put('a', 'v', { context: { env: 'prod' } });
    const context: Record<string, string> = { env: 'prod' };
    const names = ['a'];
    const done = [
      secrets.credstash.get('a', { context }).then((value) => [['a', value]]),
      secrets.credstash.getAll({ names, context }).then((values) => [...values]),
    ];
    context.env = 'dev';
    names[0] = 'b';
    expect(await Promise.all(done)).toEqual([[['a', 'v']], [['a', 'v']]]);
  });
});

describe('a callback that throws or rejects', () => {
  const failing: [string, () => void][] = [
    ['throws', throwing],
    ['rejects', () => Promise.reject(new TypeError('thrown by the caller'))],
  ];

  test.each(failing)(
    'and %s does not stop the work, and onWarning is told',
    async (_, callback) => {
      const { credstash, warnings } = secrets;
      const values = Object.fromEntries(Array.from({ length: 40 }, (_each, i) => [`n${i}`, 'v']));
      expect((await credstash.putAll(values, { onSettled: callback })).size).toBe(40);
      expect((await credstash.getAll({ onProgress: callback })).size).toBe(40);
      expect(await credstash.delete('n0', { onDeleted: callback })).toHaveLength(1);
      expect(new Set(warnings)).toEqual(
        new Set(
          ['onSettled', 'onProgress', 'onDeleted'].map(
            (name) => `The callback ${name} failed: thrown by the caller`,
          ),
        ),
      );
    },
  );

  test('keeps the report of what failed, even if onWarning throws', async () => {
    await secrets.credstash.put('b', 'old');
    const credstash = secrets.connect({ onWarning: throwing });
    const error: unknown = await credstash
      .putAll({ a: '1', b: '2', c: '3' }, { onSettled: throwing })
      .catch((each: unknown) => each);
    expect(error).toBeInstanceOf(BulkWriteError);
    expect([...(error as BulkWriteError).stored.keys()]).toEqual(['a', 'c']);
    expect([...(error as BulkWriteError).failures.keys()]).toEqual(['b']);
  });
});

describe('a store or key service that fails in a way of its own', () => {
  const unavailable = () => Promise.reject(new RangeError('out of order'));

  test('makes get reject with ERR_SERVICE and its error as the cause', async () => {
    await secrets.credstash.put('a', 'v');
    const keyService = { generateDataKey: unavailable, decrypt: unavailable };
    await expect(secrets.connect({ keyService }).get('a')).rejects.toMatchObject({
      code: 'ERR_SERVICE',
      message: 'The store or the key service failed: out of order',
      cause: expect.any(RangeError),
    });
  });

  test('makes putAll report what was stored all the same', async () => {
    const kept = new KmsKeyService(secrets.test_.clients().kms, 'alias/credstash', undefined);
    let asked = 0;
    const keyService = {
      generateDataKey: (context: Readonly<Record<string, string>>) =>
        ++asked === 1 ? unavailable() : kept.generateDataKey(context),
      decrypt: unavailable,
    };
    await expect(secrets.connect({ keyService }).putAll({ a: '1', b: '2' })).rejects.toMatchObject({
      code: 'ERR_BULK_WRITE',
      stored: new Map([['b', expect.anything()]]),
      failures: new Map([['a', expect.objectContaining({ code: 'ERR_SERVICE' })]]),
    });
  });
});
