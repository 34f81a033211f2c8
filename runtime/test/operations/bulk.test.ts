import { KMSClient } from '@aws-sdk/client-kms';

import type { GetAllOptions } from '../../src/index.js';
import { padVersion } from '../../src/format/version.js';
import { Secrets } from '../secrets.js';

const secrets = Secrets.prepare();
const { connect } = secrets;
let { credstash, test_ } = secrets;
beforeEach(() => ({ credstash, test_ } = secrets));

describe('getAll', () => {
  beforeEach(async () => {
    await credstash.put('good', 'old');
    await credstash.put('good', 'new', { version: 2 });
    await credstash.put('also/good', 'x');
  });

  test('returns the latest version of each secret, sorted by name', async () => {
    expect([...(await credstash.getAll())]).toEqual([
      ['also/good', 'x'],
      ['good', 'new'],
    ]);
  });

  test('rejects with the secrets read and the failures by name, or skips failures with onFailure: skip', async () => {
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

  test('rejects with onFailure: skip, too, when nothing can be read', async () => {
    const context = { env: 'prod' };
    await expect(credstash.getAll({ context, onFailure: 'skip' })).rejects.toMatchObject({
      code: 'ERR_BULK_READ',
      secrets: new Map(),
      failures: expect.objectContaining({ size: 2 }),
    });
    expect(await credstash.getAll({ names: ['nothing*'], onFailure: 'skip' })).toEqual(new Map());
  });

  test('picks the same latest version as get', async () => {
    await credstash.put('text', 'lower', { version: 'a' });
    await credstash.put('text', 'upper', { version: 'B' });
    expect(await credstash.get('text')).toBe('lower');
    expect((await credstash.getAll()).get('text')).toBe('lower');
  });

  test('returns a secret named __proto__', async () => {
    await credstash.put('__proto__', 'mine');
    expect((await credstash.getAll()).get('__proto__')).toBe('mine');
  });

  test('retries throttled calls', async () => {
    test_.aws.inject({ action: 'kms:Decrypt', error: 'ThrottlingException', times: 3 });
    test_.aws.inject({
      action: 'dynamodb:Scan',
      error: 'ProvisionedThroughputExceededException',
      times: 2,
    });
    expect((await credstash.getAll()).size).toBe(2);
  });

  test('rejects with ERR_BULK_READ when throttling outlasts the retries, even with onFailure: skip', async () => {
    const kms = new KMSClient({ ...test_.target, maxAttempts: 1 });
    test_.aws.inject({ action: 'kms:Decrypt', error: 'ThrottlingException', times: 1 });
    const impatient = connect({ kms });
    await expect(impatient.getAll({ onFailure: 'skip' })).rejects.toMatchObject({
      code: 'ERR_BULK_READ',
      failures: expect.objectContaining({ size: 1 }),
    });
  });
});

describe('getAll with names', () => {
  beforeEach(async () => {
    for (const name of ['app/a', 'app/b', 'app.x', 'other', '[odd']) {
      await credstash.put(name, `of ${name}`);
    }
    await credstash.put('app/a', 'newer', { version: 2 });
    test_.takeCalls();
  });

  const namesOf = async (options: GetAllOptions) => [...(await credstash.getAll(options)).keys()];

  test('reads literal names without a Scan', async () => {
    expect(await namesOf({ names: ['other', 'app/a'] })).toEqual(['app/a', 'other']);
    const calls = test_.takeCalls().sort();
    expect(calls).toEqual(['dynamodb:Query', 'dynamodb:Query', 'kms:Decrypt', 'kms:Decrypt']);
  });

  test('treats only * as a wildcard', async () => {
    expect(await namesOf({ names: ['app/*'] })).toEqual(['app/a', 'app/b']);
    expect(await namesOf({ names: ['app.*'] })).toEqual(['app.x']);
    expect(await namesOf({ names: ['[*', '*er'] })).toEqual(['[odd', 'other']);
    expect(await namesOf({ names: ['nothing*'] })).toEqual([]);
    expect(await namesOf({ names: [] })).toEqual([]);
  });

  test('scans once for all patterns, and decrypts only what matches', async () => {
    await namesOf({ names: ['app/a*', 'oth*', 'other'] });
    const calls = test_.takeCalls();
    expect(calls).toEqual(['dynamodb:Scan', 'kms:Decrypt', 'kms:Decrypt']);
  });

  test('reads the given version of the names that have it', async () => {
    expect([...(await credstash.getAll({ names: ['app/*'], version: 2 }))]).toEqual([
      ['app/a', 'newer'],
    ]);
    expect([...(await credstash.getAll({ names: ['app/a'], version: 1 }))]).toEqual([
      ['app/a', 'of app/a'],
    ]);
  });

  test('reports a missing name as ERR_SECRET_NOT_FOUND, beside the secrets read', async () => {
    await expect(credstash.getAll({ names: ['other', 'nope'] })).rejects.toMatchObject({
      secrets: new Map([['other', 'of other']]),
      failures: new Map([['nope', expect.objectContaining({ code: 'ERR_SECRET_NOT_FOUND' })]]),
    });
  });
});

describe('putAll', () => {
  test('stores every value, and returns the version of each', async () => {
    await credstash.put('b', 'old');
    const stored = await credstash.putAll({ b: 'new', a: Buffer.from('x') }, { autoVersion: true });
    expect([...stored.values()]).toEqual([
      { name: 'a', version: padVersion(1), isUnchanged: false },
      { name: 'b', version: padVersion(2), isUnchanged: false },
    ]);
    expect(Object.fromEntries(await credstash.getAll())).toEqual({ a: 'x', b: 'new' });
  });

  test('rejects with ERR_BULK_WRITE when some fail, and names those stored and those failed', async () => {
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

  test('checks the size of every value before it makes any call', async () => {
    const values = { a: 'fine', b: 'x'.repeat(400_000) };
    await expect(credstash.putAll(values)).rejects.toMatchObject({ code: 'ERR_VALUE_TOO_LARGE' });
    expect(test_.takeCalls()).toEqual([]);
  });
});
