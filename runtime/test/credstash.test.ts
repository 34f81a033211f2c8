import { KMSClient } from '@aws-sdk/client-kms';
import fc from 'fast-check';

import { standardCompartment, TestAws } from '../../test/support/compartment.js';
import {
  Credstash,
  DynamoDbStore,
  KmsKeyService,
  type CredstashOptions,
  type GetAllOptions,
  type KeyService,
} from '../src/index.js';
import { sealItem } from '../src/item.js';
import { padVersion } from '../src/version.js';

let test_: TestAws;
let credstash: Credstash;
const warnings: string[] = [];

/** The secrets of a compartment of its own for each test, as the administrator. */
function connect(options: CredstashOptions = {}): Credstash {
  return new Credstash({
    ...test_.clients(),
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
}

beforeAll(async () => {
  test_ = await TestAws.start((stack) => standardCompartment(stack));
});

beforeEach(async () => {
  credstash = connect();
  for (const { name } of await credstash.list()) await credstash.delete(name);
  warnings.length = 0;
  test_.takeCalls();
});

afterEach(() => test_.aws.clearFaults());
afterAll(() => test_.aws.stop());

describe('what is put', () => {
  const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
  const contexts = fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }));

  test('is got back, whatever the name, value and context', async () => {
    const values = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('', '=', '\'\n"', '-'),
    );
    await fc.assert(
      fc.asyncProperty(names, values, contexts, async (name, value, context) => {
        const { version } = await credstash.put(name, value, { autoVersion: true, context });
        expect(await credstash.get(name, { context })).toBe(value);
        expect(await credstash.get(name, { version, context })).toBe(value);
      }),
      { numRuns: 40 },
    );
  });

  test('is got back as bytes, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (value) => {
        await credstash.put('bytes', value, { autoVersion: true });
        expect(Buffer.from(await credstash.getBytes('bytes'))).toEqual(Buffer.from(value));
      }),
      { numRuns: 20 },
    );
  });

  test('may begin with a byte order mark', async () => {
    await credstash.put('bom', '\ufeffa');
    expect(await credstash.get('bom')).toBe('\ufeffa');
  });

  test('is refused as text, if it is not UTF-8, without quoting it', async () => {
    await credstash.put('binary', Buffer.from([0x41, 0xff]));
    await expect(credstash.get('binary')).rejects.toMatchObject({
      code: 'ERR_NOT_TEXT',
      message: 'The value of binary is not UTF-8 text. Read it with getBytes.',
    });
  });

  test('is version 1, or the one given, or the next', async () => {
    expect(await credstash.put('a', 'one')).toEqual({
      name: 'a',
      version: padVersion(1),
      isUnchanged: false,
    });
    await credstash.put('a', 'five', { version: '5' });
    await credstash.put('a', 'six', { autoVersion: true });
    expect(await credstash.versions('a')).toEqual([6, 5, 1].map(padVersion));
    expect(await credstash.get('a')).toBe('six');
    expect(await credstash.get('a', { version: 5 })).toBe('five');
  });

  test('is never overwritten', async () => {
    await credstash.put('a', 'old', { version: 2 });
    await expect(credstash.put('a', 'new', { version: 2 })).rejects.toMatchObject({
      code: 'ERR_VERSION_EXISTS',
      message:
        'a version 2 is already in the credential store. Use the -v flag to specify a new version (the latest is 2)',
    });
    expect(await credstash.get('a')).toBe('old');
  });

  test('may be of a weak digest, with a warning', async () => {
    await credstash.put('a', 'value', { digest: 'MD5' });
    expect(await credstash.get('a')).toBe('value');
    expect(warnings).toEqual([expect.stringContaining('MD5 is weak')]);
  });
});

describe('calls', () => {
  test.each<[string, () => Promise<unknown>, string[]]>([
    ['get', () => credstash.get('a'), ['dynamodb:Query', 'kms:Decrypt']],
    [
      'get of a version',
      () => credstash.get('a', { version: 1 }),
      ['dynamodb:GetItem', 'kms:Decrypt'],
    ],
    ['put', () => credstash.put('b', ''), ['kms:GenerateDataKey', 'dynamodb:PutItem']],
    [
      'put of the next version',
      () => credstash.put('a', '', { autoVersion: true }),
      ['dynamodb:Query', 'kms:GenerateDataKey', 'dynamodb:PutItem'],
    ],
    ['getAll', () => credstash.getAll(), ['dynamodb:Scan', 'kms:Decrypt', 'kms:Decrypt']],
    ['list', () => credstash.list(), ['dynamodb:Scan']],
    ['versions', () => credstash.versions('a'), ['dynamodb:Query']],
    [
      'delete',
      () => credstash.delete('a'),
      ['dynamodb:Query', 'dynamodb:DeleteItem', 'dynamodb:DeleteItem'],
    ],
    ['putAll', () => credstash.putAll({ c: '' }), ['kms:GenerateDataKey', 'dynamodb:PutItem']],
  ])('%s makes no more than it needs', async (_, operation, calls) => {
    await credstash.put('a', 'one');
    await credstash.put('a', 'two', { version: 2 });
    await credstash.put('other', '');
    test_.takeCalls();
    await operation();
    expect(test_.takeCalls()).toEqual(calls);
  });

  test('read what was last written, and no more than they need', async () => {
    await credstash.put('a', 'v');
    await credstash.put('a', 'v', { autoVersion: true });
    test_.takeCalls();
    await credstash.get('a');
    await credstash.get('a', { version: 1 });
    await credstash.put('a', 'v', { autoVersion: true });
    await credstash.versions('a');
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
      ['dynamodb:Scan', true, specific, undefined],
      ['dynamodb:Scan', true, undefined, undefined],
    ]);
  });

  test('leave no data key in memory', async () => {
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

  test('a bulk read has no more than 16 decryptions under way at once', async () => {
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
    await bounded.getAll({ onFailure: 'skip' });
    expect(most).toBe(16);
  });
});

describe('a bulk read', () => {
  beforeEach(async () => {
    await credstash.put('good', 'old');
    await credstash.put('good', 'new', { version: 2 });
    await credstash.put('also/good', 'x');
  });

  test('gives the latest versions, in the order of names', async () => {
    expect([...(await credstash.getAll())]).toEqual([
      ['also/good', 'x'],
      ['good', 'new'],
    ]);
  });

  test('that fails for some carries the others, and names what failed', async () => {
    await credstash.put('elsewhere', 'secret', { context: { env: 'prod' } });
    await credstash.put('binary', Buffer.from([0xff]));
    await expect(credstash.getAll()).rejects.toMatchObject({
      code: 'ERR_BULK_READ',
      secrets: new Map([
        ['also/good', 'x'],
        ['good', 'new'],
      ]),
      failures: new Map([
        ['binary', expect.objectContaining({ code: 'ERR_NOT_TEXT' })],
        ['elsewhere', expect.objectContaining({ code: 'ERR_CONTEXT_MISMATCH' })],
      ]),
      message: expect.stringMatching(/^2 read, 2 failed: binary: .*; elsewhere: /),
    });
    expect([...(await credstash.getAll({ onFailure: 'skip' })).keys()]).toEqual([
      'also/good',
      'good',
    ]);
  });

  test('takes the same version for the latest as a single read does', async () => {
    await credstash.put('text', 'lower', { version: 'a' });
    await credstash.put('text', 'upper', { version: 'B' });
    expect(await credstash.get('text')).toBe('lower');
    expect((await credstash.getAll()).get('text')).toBe('lower');
  });

  test('keeps names that objects have of their own', async () => {
    await credstash.put('__proto__', 'mine');
    expect((await credstash.getAll()).get('__proto__')).toBe('mine');
  });

  test('waits when throttled', async () => {
    test_.aws.inject({ action: 'kms:Decrypt', error: 'ThrottlingException', times: 3 });
    test_.aws.inject({
      action: 'dynamodb:Scan',
      error: 'ProvisionedThroughputExceededException',
      times: 2,
    });
    expect((await credstash.getAll()).size).toBe(2);
  });

  test('that is throttled to the end is an error, and never skips', async () => {
    const kms = new KMSClient({ ...test_.target, maxAttempts: 1 });
    test_.aws.inject({ action: 'kms:Decrypt', error: 'ThrottlingException', times: 1 });
    const impatient = connect({ kms });
    await expect(impatient.getAll({ onFailure: 'skip' })).rejects.toMatchObject({
      code: 'ERR_BULK_READ',
      failures: expect.objectContaining({ size: 1 }),
    });
  });
});

describe('a bulk read of some names', () => {
  beforeEach(async () => {
    for (const name of ['app/a', 'app/b', 'app.x', 'other', '[odd']) {
      await credstash.put(name, `of ${name}`);
    }
    await credstash.put('app/a', 'newer', { version: 2 });
    test_.takeCalls();
  });

  const namesOf = async (options: GetAllOptions) => [...(await credstash.getAll(options)).keys()];

  test('reads literal names without a scan', async () => {
    expect(await namesOf({ names: ['other', 'app/a'] })).toEqual(['app/a', 'other']);
    const calls = test_.takeCalls().sort();
    expect(calls).toEqual(['dynamodb:Query', 'dynamodb:Query', 'kms:Decrypt', 'kms:Decrypt']);
  });

  test('takes only * for special', async () => {
    expect(await namesOf({ names: ['app/*'] })).toEqual(['app/a', 'app/b']);
    expect(await namesOf({ names: ['app.*'] })).toEqual(['app.x']);
    expect(await namesOf({ names: ['[*', '*er'] })).toEqual(['[odd', 'other']);
    expect(await namesOf({ names: ['nothing*'] })).toEqual([]);
    expect(await namesOf({ names: [] })).toEqual([]);
  });

  test('scans once for all patterns, and decrypts what matches alone', async () => {
    await namesOf({ names: ['app/a*', 'oth*', 'other'] });
    const calls = test_.takeCalls();
    expect(calls).toEqual(['dynamodb:Scan', 'kms:Decrypt', 'kms:Decrypt']);
  });

  test('reads a version, of those that have it', async () => {
    expect([...(await credstash.getAll({ names: ['app/*'], version: 2 }))]).toEqual([
      ['app/a', 'newer'],
    ]);
    expect([...(await credstash.getAll({ names: ['app/a'], version: 1 }))]).toEqual([
      ['app/a', 'of app/a'],
    ]);
  });

  test('fails for a name that is not there', async () => {
    await expect(credstash.getAll({ names: ['other', 'nope'] })).rejects.toMatchObject({
      secrets: new Map([['other', 'of other']]),
      failures: new Map([['nope', expect.objectContaining({ code: 'ERR_SECRET_NOT_FOUND' })]]),
    });
  });
});

describe('a put if changed', () => {
  const options = { ifChanged: true, autoVersion: true };

  test('writes nothing when the latest version has the value', async () => {
    await credstash.put('a', 'same', options);
    test_.takeCalls();
    expect(await credstash.put('a', 'same', options)).toEqual({
      name: 'a',
      version: padVersion(1),
      isUnchanged: true,
    });
    expect(test_.takeCalls()).toEqual(['dynamodb:Query', 'kms:Decrypt']);
  });

  test('writes a value, or a context, that is another', async () => {
    await credstash.put('a', 'same', options);
    expect(await credstash.put('a', 'other', options)).toMatchObject({ version: padVersion(2) });
    const context = { env: 'prod' };
    const { version } = await credstash.put('a', 'other', { ...options, context });
    expect(version).toBe(padVersion(3));
  });

  test('overwrites nothing that it can not read', async () => {
    await credstash.put('a', 'same', options);
    const reader = connect(await test_.clientsOf('writer'));
    await expect(reader.put('a', 'same', options)).rejects.toMatchObject({
      code: 'ERR_ACCESS_DENIED',
    });
  });
});

describe('a bulk write', () => {
  test('stores every value, and tells the versions', async () => {
    await credstash.put('b', 'old');
    const stored = await credstash.putAll({ b: 'new', a: Buffer.from('x') }, { autoVersion: true });
    expect([...stored.values()]).toEqual([
      { name: 'a', version: padVersion(1), isUnchanged: false },
      { name: 'b', version: padVersion(2), isUnchanged: false },
    ]);
    expect(Object.fromEntries(await credstash.getAll())).toEqual({ a: 'x', b: 'new' });
  });

  test('that fails for some says which', async () => {
    await credstash.put('b', 'old');
    await expect(credstash.putAll({ a: '1', b: '2', c: '3' })).rejects.toMatchObject({
      code: 'ERR_BULK_WRITE',
      stored: new Map([
        ['a', { name: 'a', version: padVersion(1), isUnchanged: false }],
        ['c', { name: 'c', version: padVersion(1), isUnchanged: false }],
      ]),
      failures: new Map([['b', expect.objectContaining({ code: 'ERR_VERSION_EXISTS' })]]),
    });
  });

  test('checks every value before it writes any', async () => {
    const values = { a: 'fine', b: 'x'.repeat(400_000) };
    await expect(credstash.putAll(values)).rejects.toMatchObject({ code: 'ERR_VALUE_TOO_LARGE' });
    expect(test_.takeCalls()).toEqual([]);
  });
});

describe('writers at the same time', () => {
  test('50 of the next version leave 50 versions, and every value', async () => {
    const values = Array.from({ length: 50 }, (_, i) => `value ${i}`);
    const stored = await Promise.all(
      values.map(async (value) => {
        const { version } = await connect().put('raced', value, { autoVersion: true });
        return [version, value] as const;
      }),
    );
    expect((await credstash.versions('raced')).reverse()).toEqual(
      values.map((_, i) => padVersion(i + 1)),
    );
    for (const [version, value] of stored) {
      expect(await credstash.get('raced', { version })).toBe(value);
    }
  });

  test('of one version: one wins, the others are told', async () => {
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((value) => credstash.put('raced', value)),
    );
    const lost = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(lost).toHaveLength(3);
    for (const error of lost) expect(error).toMatchObject({ code: 'ERR_VERSION_EXISTS' });
  });

  test('an answer that is lost on the way is no failure, and no second version', async () => {
    test_.aws.inject({ action: 'dynamodb:PutItem', loseAnswer: true, times: 1 });
    await credstash.put('lost', 'value');
    test_.aws.inject({ action: 'dynamodb:PutItem', loseAnswer: true, times: 1 });
    await credstash.put('lost', 'next', { autoVersion: true });
    expect(await credstash.versions('lost')).toEqual([padVersion(2), padVersion(1)]);
  });

  test('that take every next version end in an error', async () => {
    const store = new DynamoDbStore(test_.clients().dynamodb, 'credential-store');
    store.putIfAbsent = () => Promise.resolve(false);
    const contended = connect({ store });
    jest.spyOn(Math, 'random').mockReturnValue(0);
    await expect(contended.put('a', 'value', { autoVersion: true })).rejects.toMatchObject({
      code: 'ERR_VERSION_CONTENDED',
    });
    jest.restoreAllMocks();
  });
});

describe('versions that were stored unpadded', () => {
  beforeEach(async () => {
    const { dynamodb, kms } = test_.clients();
    const store = new DynamoDbStore(dynamodb, 'credential-store');
    const keyService = new KmsKeyService(kms, 'alias/credstash', undefined);
    const values = { 4: 'old', [padVersion(12)]: 'padded' };
    for (const [version, value] of Object.entries(values)) {
      const dataKey = await keyService.generateDataKey({});
      const item = sealItem('a', Buffer.from(value), dataKey, { digest: 'SHA256' });
      await store.putIfAbsent({ ...item, version });
    }
  });

  test('can be read by their number', async () => {
    expect(await credstash.get('a', { version: 4 })).toBe('old');
    expect(await credstash.get('a', { version: 12 })).toBe('padded');
  });

  test('do not mislead the next version, but are warned of', async () => {
    const { version } = await credstash.put('a', 'new', { autoVersion: true });
    expect(version).toBe(padVersion(13));
    expect(warnings).toEqual([expect.stringContaining('unpadded version 4')]);
  });

  test('can be migrated: at first it is only told how', async () => {
    const plan = { name: 'a', from: '4', to: padVersion(4) };
    expect(await credstash.migrateVersions()).toEqual([{ ...plan, outcome: 'planned' }]);
    expect(await credstash.versions('a')).toEqual(['4', padVersion(12)]);
    expect(await credstash.migrateVersions({ dryRun: false })).toEqual([
      { ...plan, outcome: 'moved' },
    ]);
    expect(await credstash.versions('a')).toEqual([padVersion(12), padVersion(4)]);
    expect(await credstash.get('a', { version: 4 })).toBe('old');
    expect(await credstash.migrateVersions({ dryRun: false })).toEqual([]);
  });

  test('are left alone where another item has the padded version', async () => {
    await credstash.put('a', 'other', { version: 4 });
    const [migrated] = await credstash.migrateVersions({ dryRun: false });
    expect(migrated).toMatchObject({ from: '4', outcome: 'taken' });
    expect(await credstash.versions('a')).toEqual(['4', padVersion(12), padVersion(4)]);
  });

  test('are deleted only after the copy was read back', async () => {
    test_.aws.inject({ action: 'dynamodb:PutItem', error: 'ValidationException' });
    await expect(credstash.migrateVersions({ dryRun: false })).rejects.toThrow(/Injected/);
    expect(test_.takeCalls()).not.toContain('dynamodb:DeleteItem');
    test_.aws.clearFaults();
    // Cut short after the copy was made.
    test_.aws.inject({ action: 'dynamodb:DeleteItem', error: 'ValidationException' });
    await expect(credstash.migrateVersions({ dryRun: false })).rejects.toThrow(/Injected/);
    expect(await credstash.versions('a')).toEqual(['4', padVersion(12), padVersion(4)]);
    test_.aws.clearFaults();
    expect(await credstash.migrateVersions({ dryRun: false })).toMatchObject([
      { outcome: 'moved' },
    ]);
    expect(await credstash.versions('a')).toEqual([padVersion(12), padVersion(4)]);
  });

  test('can be deleted by their number', async () => {
    expect(await credstash.delete('a', { version: 4 })).toEqual(['4']);
    expect(await credstash.versions('a')).toEqual([padVersion(12)]);
  });
});

describe('delete', () => {
  test('deletes every version, the oldest first, and no other name', async () => {
    await credstash.put('a', '1');
    await credstash.put('a', '2', { version: 2 });
    await credstash.put('ab', '1');
    expect(await credstash.delete('a')).toEqual([padVersion(1), padVersion(2)]);
    expect((await credstash.list()).map(({ name }) => name)).toEqual(['ab']);
  });

  test('of what is not there deletes nothing', async () => {
    expect(await credstash.delete('nope')).toEqual([]);
    await credstash.put('a', '1');
    expect(await credstash.delete('a', { version: 2 })).toEqual([]);
    expect(await credstash.versions('a')).toHaveLength(1);
  });
});

test('list is by name and then by version, in bytes', async () => {
  await credstash.put('b', '');
  await credstash.put('é', '');
  await credstash.put('B', '', { comment: 'upper' });
  await credstash.put('b', '', { version: 10 });
  await credstash.put('b', '', { version: 9 });
  expect(await credstash.list()).toEqual([
    { name: 'B', version: padVersion(1), comment: 'upper' },
    { name: 'b', version: padVersion(1) },
    { name: 'b', version: padVersion(9) },
    { name: 'b', version: padVersion(10) },
    { name: 'é', version: padVersion(1) },
  ]);
});
