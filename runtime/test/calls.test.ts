import { KmsKeyService, type KeyService } from '../src/index.js';
import { Secrets } from './secrets.js';

const secrets = Secrets.prepare();
const { connect } = secrets;
let { credstash, test_ } = secrets;
beforeEach(() => ({ credstash, test_ } = secrets));

describe('Credstash', () => {
  test.each<[string, () => Promise<unknown>, string[]]>([
    ['get', () => credstash.get('a'), ['dynamodb:Query', 'kms:Decrypt']],
    [
      'get with a version',
      () => credstash.get('a', { version: 1 }),
      ['dynamodb:GetItem', 'kms:Decrypt'],
    ],
    ['put', () => credstash.put('b', ''), ['kms:GenerateDataKey', 'dynamodb:PutItem']],
    [
      'put with autoVersion',
      () => credstash.put('a', '', { autoVersion: true }),
      ['dynamodb:Query', 'kms:GenerateDataKey', 'dynamodb:PutItem'],
    ],
    ['getAll', () => credstash.getAll(), ['dynamodb:Scan', 'kms:Decrypt', 'kms:Decrypt']],
    [
      'resolve',
      () => credstash.resolve({ A: 'credstash:a', B: 'b' }),
      ['dynamodb:Query', 'kms:Decrypt'],
    ],
    ['list', () => credstash.list(), ['dynamodb:Scan']],
    ['versions', () => credstash.versions('a'), ['dynamodb:Query']],
    ['history', () => credstash.history('a'), ['dynamodb:Query']],
    [
      'delete',
      () => credstash.delete('a'),
      ['dynamodb:Query', 'dynamodb:DeleteItem', 'dynamodb:DeleteItem'],
    ],
    ['putAll', () => credstash.putAll({ c: '' }), ['kms:GenerateDataKey', 'dynamodb:PutItem']],
  ])('%s makes only the AWS calls it needs', async (_, operation, calls) => {
    await credstash.put('a', 'one');
    await credstash.put('a', 'two', { version: 2 });
    await credstash.put('other', '');
    test_.takeCalls();
    await operation();
    expect(test_.takeCalls()).toEqual(calls);
  });

  test('get, put, versions, history, list and getAll read consistently, and select no more than they need', async () => {
    await credstash.put('a', 'v');
    await credstash.put('a', 'v', { autoVersion: true });
    test_.takeCalls();
    await credstash.get('a');
    await credstash.get('a', { version: 1 });
    await credstash.put('a', 'v', { autoVersion: true });
    await credstash.versions('a');
    await credstash.history('a');
    await credstash.list();
    await credstash.getAll();
    const reads = test_
      .takeRequests()
      .filter(({ call }) => /:(Query|Scan|GetItem)$/.test(call))
      .map(({ call, input }) => [call, input.ConsistentRead, input.Select, input.Limit]);
    const specific = 'SPECIFIC_ATTRIBUTES';
    expect(reads).toEqual([
      ['dynamodb:Query', true, undefined, 1],
      ['dynamodb:GetItem', true, undefined, undefined],
      ['dynamodb:Query', true, specific, 1],
      ['dynamodb:Query', true, specific, undefined],
      ['dynamodb:Query', true, specific, undefined],
      ['dynamodb:Scan', true, specific, undefined],
      ['dynamodb:Scan', true, undefined, undefined],
    ]);
  });

  test('put and get overwrite the plaintext data key with zeros', async () => {
    const keys: Uint8Array[] = [];
    const { kms } = test_.clients();
    const kept = new KmsKeyService(kms, 'alias/credstash', undefined);
    const keyService: KeyService = {
      generateDataKey: async (context) => {
        const dataKey = await kept.generateDataKey(context);
        keys.push(dataKey.plaintext);
        return dataKey;
      },
      decrypt: async (wrapped, context) => {
        keys.push(await kept.decrypt(wrapped, context));
        return keys.at(-1) ?? new Uint8Array();
      },
    };
    await connect({ keyService }).put('a', 'v');
    await connect({ keyService }).get('a');
    expect(keys.map((key) => Buffer.from(key).toString('hex'))).toEqual(
      keys.map(() => '00'.repeat(64)),
    );
    expect(keys).toHaveLength(2);
  });

  test('getAll runs 16 decryptions at once, and never more', async () => {
    await credstash.putAll(new Map(Array.from({ length: 40 }, (_, i) => [`n${i}`, 'v'])));
    let under = 0;
    let most = 0;
    const bounded = connect({
      keyService: {
        generateDataKey: () => Promise.reject(new Error('unused')),
        decrypt: async () => {
          most = Math.max(most, ++under);
          await new Promise((done) => setTimeout(done, 5));
          under--;
          return Buffer.alloc(64);
        },
      },
    });
    await expect(bounded.getAll()).rejects.toMatchObject({ code: 'ERR_BULK_READ' });
    expect(most).toBe(16);
  });
});
