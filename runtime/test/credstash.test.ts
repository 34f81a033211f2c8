import fc from 'fast-check';

import { padVersion } from '../src/format/version.js';
import { Credstash } from '../src/index.js';
import { Secrets } from './secrets.js';

const secrets = Secrets.prepare();
const { connect, warnings } = secrets;
let { credstash, test_ } = secrets;
beforeEach(() => ({ credstash, test_ } = secrets));

describe('Credstash', () => {
  const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
  const contexts = fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }));

  test('get returns the string that put stored, whatever the name, value and context', async () => {
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

  test('getBytes returns the bytes that put stored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (value) => {
        await credstash.put('bytes', value, { autoVersion: true });
        expect(Buffer.from(await credstash.getBytes('bytes'))).toEqual(Buffer.from(value));
      }),
      { numRuns: 20 },
    );
  });

  test('get keeps a leading byte order mark', async () => {
    await credstash.put('bom', '\ufeffa');
    expect(await credstash.get('bom')).toBe('\ufeffa');
  });

  test('get rejects a value that is not UTF-8 with ERR_NOT_TEXT, without quoting it', async () => {
    await credstash.put('binary', Buffer.from([0x41, 0xff]));
    await expect(credstash.get('binary')).rejects.toMatchObject({
      code: 'ERR_NOT_TEXT',
      message: 'The value of binary is not UTF-8. Read it with getBytes.',
    });
  });

  test('put stores version 1, the given version, or the next one with autoVersion', async () => {
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

  test('put rejects an existing version with ERR_VERSION_EXISTS, and keeps its value', async () => {
    await credstash.put('a', 'old', { version: 2 });
    await expect(credstash.put('a', 'new', { version: 2 })).rejects.toMatchObject({
      code: 'ERR_VERSION_EXISTS',
      message:
        'a has a version 2 already (the latest is 2). Put another version, or the next one with autoVersion.',
      secret: { name: 'a', version: padVersion(2), latestVersion: padVersion(2) },
    });
    expect(await credstash.get('a')).toBe('old');
  });

  test('put accepts a weak digest, with a warning', async () => {
    await credstash.put('a', 'value', { digest: 'MD5' });
    expect(await credstash.get('a')).toBe('value');
    expect(warnings).toEqual([expect.stringContaining('MD5 is weak')]);
  });
});

describe('put with ifChanged', () => {
  const options = { ifChanged: true, autoVersion: true };

  test('writes nothing when the latest version has the same value', async () => {
    await credstash.put('a', 'same', options);
    test_.takeCalls();
    expect(await credstash.put('a', 'same', options)).toEqual({
      name: 'a',
      version: padVersion(1),
      isUnchanged: true,
    });
    expect(test_.takeCalls()).toEqual(['dynamodb:Query', 'kms:Decrypt']);
  });

  test('writes the next version when the value or the context differs', async () => {
    await credstash.put('a', 'same', options);
    expect(await credstash.put('a', 'other', options)).toMatchObject({ version: padVersion(2) });
    const context = { env: 'prod' };
    const { version } = await credstash.put('a', 'other', { ...options, context });
    expect(version).toBe(padVersion(3));
  });

  test("rejects with ERR_ACCESS_DENIED when it can't read the latest version", async () => {
    await credstash.put('a', 'same', options);
    const reader = connect(await test_.clientsOf('writer'));
    await expect(reader.put('a', 'same', options)).rejects.toMatchObject({
      code: 'ERR_ACCESS_DENIED',
    });
  });
});

describe('delete', () => {
  test('deletes every version of a name, oldest first, and no other name', async () => {
    await credstash.put('a', '1');
    await credstash.put('a', '2', { version: 2 });
    await credstash.put('ab', '1');
    expect(await credstash.delete('a')).toEqual([padVersion(1), padVersion(2)]);
    expect((await credstash.list()).map(({ name }) => name)).toEqual(['ab']);
  });

  test('deletes nothing, and returns no versions, when the name or the version is missing', async () => {
    expect(await credstash.delete('nope')).toEqual([]);
    await credstash.put('a', '1');
    expect(await credstash.delete('a', { version: 2 })).toEqual([]);
    expect(await credstash.versions('a')).toHaveLength(1);
  });
});

test('list sorts by name and then by version, comparing bytes', async () => {
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

test('list gives the versions of the names, and of those that match a pattern', async () => {
  await credstash.putAll({ 'app/a': '', 'app/b': '', 'app/b.c': '', b: '', c: '' });
  await credstash.put('app/a', '', { version: 2 });
  const names = (await credstash.list({ names: ['*/a', 'b', 'nope', '*.c'] })).map(
    ({ name }) => name,
  );
  expect(names).toEqual(['app/a', 'app/a', 'app/b.c', 'b']);
  expect(await credstash.list({ names: [] })).toEqual([]);
});

test('history gives the versions of one secret with their comments, the latest first', async () => {
  await credstash.put('a', '', { comment: 'first' });
  await credstash.put('a', '', { version: 10 });
  await credstash.put('ab', '');
  expect(await credstash.history('a')).toEqual([
    { name: 'a', version: padVersion(10) },
    { name: 'a', version: padVersion(1), comment: 'first' },
  ]);
  expect(await credstash.history('nope')).toEqual([]);
});

test('new Credstash throws ERR_INVALID_ARGUMENT, and names the client, when one is of the wrong kind', () => {
  const { dynamodb, kms } = test_.clients();
  for (const options of [{ dynamodb: kms }, { kms: dynamodb }, { kms: {} as typeof kms }]) {
    expect(() => new Credstash(options)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARGUMENT',
        message: expect.stringMatching(/^The client of (DynamoDB|KMS) must be a \1Client/),
      }) as Error,
    );
  }
});
