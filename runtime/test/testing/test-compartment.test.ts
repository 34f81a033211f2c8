import * as runtime from '../../src/index.js';
import { Credstash } from '../../src/index.js';
import { TestCompartment } from '../../src/testing/index.js';
import { describeStore } from '../stores/contract.js';

const PASSWORD = { 'app/db.password': 's3cr3t' };

describeStore('TestCompartment', () => Promise.resolve(new TestCompartment().store));

test('TestCompartment has the secrets that it was made with, as version 1', async () => {
  const bytes = Uint8Array.of(0, 255);
  const credstash = new Credstash(new TestCompartment({ ...PASSWORD, 'app/key': bytes }));
  expect(await credstash.get('app/db.password', { version: 1 })).toBe('s3cr3t');
  expect(Uint8Array.from(await credstash.getBytes('app/key'))).toEqual(bytes);
  await expect(credstash.get('app/key')).rejects.toMatchObject({ code: 'ERR_NOT_TEXT' });
  await expect(credstash.get('app')).rejects.toMatchObject({ code: 'ERR_SECRET_NOT_FOUND' });
});

test('TestCompartment seals its secrets, each with a data key of its own', async () => {
  const { store } = new TestCompartment({ a: 'the same value', b: 'the same value' });
  const [a, b] = [await store.latest('a'), await store.latest('b')];
  expect(JSON.stringify([a, b])).not.toContain('the same value');
  expect(a?.contents).not.toBe(b?.contents);
});

test('TestCompartment opens a secret only with its encryption context', async () => {
  const compartment = new TestCompartment(PASSWORD, { context: { env: 'prod', app: 'web' } });
  const credstash = new Credstash(compartment);
  const get = (context: runtime.EncryptionContext) => credstash.get('app/db.password', { context });
  expect(await get({ app: 'web', env: 'prod' })).toBe('s3cr3t');
  const others: runtime.EncryptionContext[] = [{}, { env: 'prod' }, { env: 'prod', app: 'api' }];
  for (const context of others) {
    await expect(get(context)).rejects.toMatchObject({ code: 'ERR_CONTEXT_MISMATCH' });
  }
});

test('every method of Credstash works on a TestCompartment', async () => {
  const credstash = new Credstash(new TestCompartment({ a: 'one' }));
  await credstash.put('a', 'two', { autoVersion: true, comment: 'second' });
  expect(
    (await credstash.put('a', 'two', { autoVersion: true, ifChanged: true })).isUnchanged,
  ).toBe(true);
  await expect(credstash.put('a', 'three')).rejects.toMatchObject({ code: 'ERR_VERSION_EXISTS' });
  await credstash.putAll({ b: 'four', 'c/d': 'five' });
  expect(Object.fromEntries(await credstash.getAll())).toEqual({
    a: 'two',
    b: 'four',
    'c/d': 'five',
  });
  expect(await credstash.resolve({ A: 'credstash:a?version=1' })).toEqual({ A: 'one' });
  expect((await credstash.list({ names: ['a'] })).map(({ comment }) => comment)).toEqual([
    undefined,
    'second',
  ]);
  expect((await credstash.history('a')).map(({ comment }) => comment)).toEqual([
    'second',
    undefined,
  ]);
  expect(await credstash.delete('a', { version: 2 })).toHaveLength(1);
  expect(await credstash.versions('a')).toHaveLength(1);
  expect(await credstash.migrateVersions()).toEqual([]);
  await expect(credstash.rebind()).rejects.toMatchObject({ code: 'ERR_NOT_BOUND' });
});

test.each([
  ['a name without letters', () => new TestCompartment({ '': 'a' })],
  ['a value that is no text', () => new TestCompartment({ a: 1 as unknown as string })],
  ['an unknown option', () => new TestCompartment({}, { contexts: {} } as object)],
  ['a context of numbers', () => new TestCompartment({}, { context: { a: 1 } } as object)],
  ['a class instead of the module', () => new TestCompartment().mock(Credstash as never)],
  ['no module', () => new TestCompartment().mock(undefined as never)],
])('TestCompartment refuses %s', (_, work) => {
  expect(work).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error);
});

describe('mock', () => {
  const made = new Credstash({ compartment: 'prod' });

  test('lets every Credstash work on the compartment, until it is restored', async () => {
    const before = Object.getOwnPropertyDescriptors(runtime.DynamoDbStore.prototype);
    const compartment = new TestCompartment(PASSWORD).mock(runtime);
    expect(await made.get('app/db.password')).toBe('s3cr3t');
    await new Credstash().put('a', 'of another instance');
    expect(await made.get('a')).toBe('of another instance');
    compartment.mock(runtime).restore();
    expect(Object.getOwnPropertyDescriptors(runtime.DynamoDbStore.prototype)).toEqual(before);
  });

  test('replaces another mock', async () => {
    const outer = new TestCompartment({ a: 'outer' }).mock(runtime);
    const inner = new TestCompartment({ a: 'inner' }).mock(runtime);
    expect(await made.get('a')).toBe('inner');
    inner.restore();
    expect(await made.get('a')).toBe('outer');
    outer.restore();
  });

  test('is undone in any order, and leaves nothing behind', async () => {
    const before = Object.getOwnPropertyDescriptors(runtime.DynamoDbStore.prototype);
    const first = new TestCompartment({ a: 'first' }).mock(runtime);
    const second = new TestCompartment({ a: 'second' }).mock(runtime);
    first.restore();
    expect(await made.get('a')).toBe('second');
    second.restore();
    expect(Object.getOwnPropertyDescriptors(runtime.DynamoDbStore.prototype)).toEqual(before);
  });

  test('leaves a Credstash alone that has a store and key service of its own', async () => {
    const own = new Credstash(new TestCompartment({ a: 'own' }));
    const compartment = new TestCompartment({ a: 'mocked' }).mock(runtime);
    expect(await own.get('a')).toBe('own');
    compartment.restore();
  });
});
