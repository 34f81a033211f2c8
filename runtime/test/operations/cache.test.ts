import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';

import { padVersion } from '../../src/format/version.js';
import type { CacheOptions, Credstash, GetOptions } from '../../src/index.js';
import { Secrets } from '../secrets.js';
import { passed, prepareClock, underWay } from './clock.js';

const secrets = Secrets.prepare();
prepareClock();
const { connect } = secrets;
let { credstash: other, test_ } = secrets;

beforeEach(async () => {
  ({ credstash: other, test_ } = secrets);
  await other.put('a', 'one');
  test_.takeCalls();
});

const MINUTE = 60_000;
const READ = ['dynamodb:Query', 'kms:Decrypt'];

const cached = (cache: CacheOptions = {}) => connect({ cache: { maxAge: MINUTE, ...cache } });

/** The calls that something made. */
async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
  test_.takeCalls();
  await work();
  return test_.takeCalls();
}

describe('a cache', () => {
  test('makes one Query and one Decrypt for 1,000 gets of one name at once', async () => {
    const credstash = cached();
    const gets = () => Promise.all(Array.from({ length: 1000 }, () => credstash.get('a')));
    expect(new Set(await gets())).toEqual(new Set(['one']));
    expect(test_.takeCalls()).toEqual(READ);
    expect(await callsOf(gets)).toEqual([]);
  });

  test('reads anew when maxAge is over since the read began, and not before', async () => {
    const credstash = cached();
    await credstash.get('a');
    await other.put('a', 'two', { version: 2 });
    passed(MINUTE - 10_000);
    expect(await credstash.get('a')).toBe('one');
    passed(10_000);
    expect(await credstash.get('a')).toBe('two');
  });

  test('of 5 minutes, and none unless it is asked for', async () => {
    const credstash = connect({ cache: {} });
    await credstash.get('a');
    passed(5 * MINUTE - 10_000);
    expect(await callsOf(() => credstash.get('a'))).toEqual([]);
    passed(10_000);
    expect(await callsOf(() => credstash.get('a'))).toEqual(READ);
    expect(await callsOf(() => Promise.all([other.get('a'), other.get('a')]))).toHaveLength(4);
  });

  test.each([-1, 1])('heeds no jump of the clock by %d years', async (years) => {
    const credstash = cached();
    await credstash.get('a');
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now + years * 365 * 24 * 60 * MINUTE);
    expect(await callsOf(() => credstash.get('a'))).toEqual([]);
    passed(MINUTE);
    jest.spyOn(Date, 'now').mockReturnValue(now);
    expect(await callsOf(() => credstash.get('a'))).toEqual(READ);
  });

  test('serves getBytes, resolve, and the exact names of getAll', async () => {
    const credstash = cached();
    await credstash.get('a');
    const calls = await callsOf(async () => {
      expect(Buffer.from(await credstash.getBytes('a')).toString()).toBe('one');
      expect(await credstash.resolve({ A: 'credstash:a' })).toEqual({ A: 'one' });
      expect(await credstash.getAll({ names: ['a'] })).toEqual(new Map([['a', 'one']]));
    });
    expect(calls).toEqual([]);
    expect(await callsOf(() => credstash.getAll())).toEqual(['dynamodb:Scan', 'kms:Decrypt']);
  });

  test('tells versions apart, and not the ways to write one', async () => {
    const credstash = cached();
    await other.put('a', 'two', { version: 2 });
    expect(await credstash.get('a', { version: 1 })).toBe('one');
    expect(await credstash.get('a')).toBe('two');
    expect(await callsOf(() => credstash.get('a', { version: '1' }))).toEqual([]);
  });

  test('never gives what was read with another context', async () => {
    const credstash = cached();
    const prod = { env: 'prod', app: 'a' };
    await other.put('b', 'bound', { context: prod });
    expect(await credstash.get('b', { context: prod })).toBe('bound');
    const others: GetOptions['context'][] = [
      undefined,
      {},
      { env: 'prod' },
      { env: 'a', app: 'prod' },
    ];
    for (const context of others) {
      await expect(credstash.get('b', { context })).rejects.toMatchObject({
        code: 'ERR_CONTEXT_MISMATCH',
      });
    }
    const again = () => credstash.get('b', { context: { app: 'a', env: 'prod' } });
    expect(await callsOf(again)).toEqual([]);
  });

  test('does not keep that there is no such secret', async () => {
    const credstash = cached();
    await expect(credstash.get('b')).rejects.toMatchObject({ code: 'ERR_SECRET_NOT_FOUND' });
    await other.put('b', 'new');
    expect(await credstash.get('b')).toBe('new');
  });

  test('gives copies: a caller may overwrite what it gets', async () => {
    const credstash = cached();
    const [first, second] = await Promise.all([credstash.getBytes('a'), credstash.getBytes('a')]);
    first.fill(0);
    expect(second).toEqual(Buffer.from('one'));
    (await credstash.getBytes('a')).fill(0);
    expect(await credstash.get('a')).toBe('one');
  });

  test('gives an empty value and bytes as they are', async () => {
    const credstash = cached();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, each) => each));
    await other.putAll({ empty: '', bytes });
    await credstash.preload(['empty', 'bytes']);
    expect(await credstash.get('empty')).toBe('');
    expect(await credstash.getBytes('bytes')).toEqual(bytes);
  });

  test('keeps at most maxEntries, and lets go of the one that nobody asked for the longest', async () => {
    const credstash = cached({ maxEntries: 2 });
    await other.putAll({ b: '', c: '' });
    for (const name of ['a', 'b', 'a', 'c']) await credstash.get(name);
    expect(await callsOf(() => credstash.getAll({ names: ['a', 'c'] }))).toEqual([]);
    expect(await callsOf(() => credstash.get('b'))).toEqual(READ);
  });
});

describe('forceFetch', () => {
  test('reads anew, for the gets after it, too', async () => {
    const credstash = cached();
    await credstash.get('a');
    await other.put('a', 'two', { version: 2 });
    expect(await credstash.get('a', { forceFetch: true })).toBe('two');
    expect(await callsOf(() => credstash.get('a'))).toEqual([]);
  });

  test('joins no read that began before, whose value is then not kept', async () => {
    const credstash = cached();
    test_.aws.inject({ action: 'kms:Decrypt', latency: 300, times: 1 });
    const slow = credstash.get('a');
    await underWay(test_, 'kms:Decrypt');
    await other.put('a', 'two', { version: 2 });
    expect(await credstash.get('a', { forceFetch: true })).toBe('two');
    expect(await slow).toBe('one');
    expect(await credstash.get('a')).toBe('two');
  });
});

describe('the cache forgets a secret that the same client', () => {
  test.each<[string, (credstash: Credstash) => Promise<unknown>, string]>([
    ['puts', (credstash) => credstash.put('a', 'two', { version: 2 }), 'two'],
    [
      'puts among others',
      (credstash) => credstash.putAll({ a: 'two' }, { autoVersion: true }),
      'two',
    ],
    ['deletes the latest version of', (credstash) => credstash.delete('a', { version: 3 }), 'zero'],
  ])('%s', async (_, change, after) => {
    await other.delete('a');
    await other.put('a', 'zero', { version: 1 });
    if (after === 'zero') await other.put('a', 'three', { version: 3 });
    const credstash = cached();
    await credstash.get('a');
    await credstash.get('a', { version: 1 });
    await change(credstash);
    expect(await credstash.get('a')).toBe(after);
  });

  test('deletes, even when it was deleted elsewhere before', async () => {
    const credstash = cached();
    await credstash.get('a');
    await other.delete('a');
    expect(await credstash.get('a')).toBe('one');
    expect(await credstash.delete('a')).toEqual([]);
    await expect(credstash.get('a')).rejects.toMatchObject({ code: 'ERR_SECRET_NOT_FOUND' });
  });

  test('puts without an answer', async () => {
    const dynamodb = new DynamoDBClient({ ...test_.target, maxAttempts: 1 });
    const credstash = connect({ dynamodb, cache: {} });
    await credstash.get('a');
    test_.aws.inject({ action: 'dynamodb:PutItem', loseAnswer: true });
    await expect(credstash.put('a', 'two', { version: 2 })).rejects.toMatchObject({
      code: 'ERR_OUTCOME_UNKNOWN',
    });
    test_.aws.clearFaults();
    expect(await credstash.get('a')).toBe('two');
  });

  test('moves to padded versions', async () => {
    const { dynamodb } = test_.clients();
    await other.put('a', 'five', { version: 5 });
    const TableName = 'credential-store';
    const Key = { name: { S: 'a' }, version: { S: padVersion(1) } };
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName, Key }));
    const unpadded = { ...Item, version: { S: '1' } };
    await dynamodb.send(new PutItemCommand({ TableName, Item: unpadded }));
    await other.delete('a', { version: padVersion(1) });
    const credstash = cached();
    expect(await credstash.get('a')).toBe('one');
    await credstash.migrateVersions({ dryRun: false });
    expect(await credstash.get('a')).toBe('five');
  });

  test('puts as another put it, with ifChanged', async () => {
    const credstash = cached();
    await credstash.get('a');
    await other.put('a', 'two', { version: 2 });
    const { isUnchanged } = await credstash.put('a', 'two', { autoVersion: true, ifChanged: true });
    expect(isUnchanged).toBe(true);
    expect(await credstash.get('a')).toBe('two');
  });

  test('puts while it is being read', async () => {
    const credstash = cached();
    test_.aws.inject({ action: 'kms:Decrypt', latency: 300, times: 1 });
    const slow = credstash.get('a');
    await underWay(test_, 'kms:Decrypt');
    await credstash.put('a', 'two', { version: 2 });
    expect(await credstash.get('a')).toBe('two');
    expect(await slow).toBe('one');
    expect(await credstash.get('a')).toBe('two');
  });

  test('does not change, in none of its other secrets', async () => {
    const credstash = cached();
    await other.putAll({ ab: '', 'a?b': '', 'a&b': '' });
    const names = ['ab', 'a?b', 'a&b'];
    await credstash.getAll({ names });
    await credstash.put('a', 'two', { version: 2 });
    expect(await callsOf(() => credstash.getAll({ names }))).toEqual([]);
  });
});

test('after a delete by another process, a secret is given until maxAge is over', async () => {
  const credstash = cached();
  await credstash.get('a');
  await other.delete('a');
  expect(await credstash.get('a')).toBe('one');
  passed(MINUTE);
  await expect(credstash.get('a')).rejects.toMatchObject({ code: 'ERR_SECRET_NOT_FOUND' });
});
