import { KMSClient } from '@aws-sdk/client-kms';

import type { GetAllOptions } from '../../src/index.js';
import { padVersion } from '../../src/format/version.js';
import { Secrets } from '../secrets.js';

const secrets = Secrets.prepare();
const { connect } = secrets;
let { credstash, test_ } = secrets;
beforeEach(() => ({ credstash, test_ } = secrets));

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
