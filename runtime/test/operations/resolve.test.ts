import fc from 'fast-check';

import { BulkReadError, formatReference } from '../../src/index.js';
import { values } from '../cli/strings.js';
import { Secrets } from '../secrets.js';

const secrets = Secrets.prepare();
let { credstash, test_ } = secrets;

beforeEach(async () => {
  ({ credstash, test_ } = secrets);
  await credstash.putAll({ 'app/user': 'app', 'app/password': 'old' });
  await credstash.put('app/password', 'new', { version: 2 });
  await credstash.put('bound', 'b', { context: { env: 'prod', app: 'a&b' } });
  test_.takeCalls();
});

const PROD = { env: 'prod', app: 'a&b' };

test('resolve replaces references, and leaves every other variable as it is', async () => {
  const env = {
    DB_USER: 'credstash:app/user',
    DB_PASSWORD: 'credstash:app/password',
    OLD_PASSWORD: 'credstash:app/password?version=1',
    HOST: 'db',
    EMPTY: '',
    URL: 'postgres://credstash:app/user',
    UNSET: undefined,
  };
  const before = { ...env };
  expect(await credstash.resolve(env)).toEqual({
    DB_USER: 'app',
    DB_PASSWORD: 'new',
    OLD_PASSWORD: 'old',
    HOST: 'db',
    EMPTY: '',
    URL: 'postgres://credstash:app/user',
  });
  expect(env).toEqual(before);
});

test('resolve takes process.env', async () => {
  process.env.REFERENCE = 'credstash:app/user';
  try {
    const { REFERENCE, PATH } = await credstash.resolve(process.env);
    expect([REFERENCE, PATH]).toEqual(['app', process.env.PATH]);
  } finally {
    delete process.env.REFERENCE;
  }
});

test('resolve fetches each secret once, and makes no call without a reference', async () => {
  await credstash.resolve({
    A: 'credstash:app/user',
    B: 'credstash:app/user',
    C: 'credstash:app%2Fuser',
  });
  expect(test_.takeCalls()).toEqual(['dynamodb:Query', 'kms:Decrypt']);
  expect(await credstash.resolve({ A: 'a' })).toEqual({ A: 'a' });
  expect(test_.takeCalls()).toEqual([]);
});

test('resolve never scans: a * in a reference is a letter', async () => {
  await credstash.put('app/*', 'star');
  test_.takeCalls();
  expect(await credstash.resolve({ A: 'credstash:app/*' })).toEqual({ A: 'star' });
  expect(test_.takeCalls()).toEqual(['dynamodb:Query', 'kms:Decrypt']);
});

describe('the encryption context', () => {
  const own = formatReference('bound', { context: PROD });

  test('is that of the reference, or that given for all', async () => {
    expect(await credstash.resolve({ A: own, B: 'credstash:app/user' })).toEqual({
      A: 'b',
      B: 'app',
    });
    expect(await credstash.resolve({ A: 'credstash:bound' }, { context: PROD })).toEqual({
      A: 'b',
    });
  });

  test.each([
    ['the same', PROD],
    ['another', { env: 'dev' }],
    ['none', {}],
  ])('is not given twice, even if it is %s', async (_, context) => {
    await expect(credstash.resolve({ A: own }, { context })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: 'A: The encryption context is given twice, in the reference and for all of them.',
    });
    expect(test_.takeCalls()).toEqual([]);
  });

  test('tells apart two references to one secret', async () => {
    const wrong = formatReference('bound', { context: { env: 'dev' } });
    await expect(credstash.resolve({ A: own, B: wrong })).rejects.toMatchObject({
      secrets: new Map([['A', 'b']]),
      failures: new Map([['B', expect.objectContaining({ code: 'ERR_CONTEXT_MISMATCH' })]]),
    });
  });
});

describe('a reference to what does not exist', () => {
  const env = {
    HOST: 'db',
    A: 'credstash:nope',
    B: 'credstash:app/user?version=9',
    C: 'credstash:nope',
    D: 'credstash:app/user',
  };

  test('rejects with an error that names each variable, and carries the others', async () => {
    const error: unknown = await credstash.resolve(env).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(BulkReadError);
    const missing = expect.objectContaining({ code: 'ERR_SECRET_NOT_FOUND' });
    expect(error).toMatchObject({
      code: 'ERR_BULK_READ',
      message:
        '2 read, 3 failed: A: There is no secret nope.; B: app/user has no version 9.; C: There is no secret nope.',
      secrets: new Map([
        ['HOST', 'db'],
        ['D', 'app'],
      ]),
      failures: new Map([
        ['A', missing],
        ['B', missing],
        ['C', missing],
      ]),
    });
  });

  test('is left out with onMissing: skip', async () => {
    expect(await credstash.resolve(env, { onMissing: 'skip' })).toEqual({ HOST: 'db', D: 'app' });
    const missing = { A: 'credstash:nope' };
    expect(await credstash.resolve(missing, { onMissing: 'skip' })).toEqual({});
  });

  test('is the only one that onMissing: skip leaves out', async () => {
    await credstash.put('binary', Buffer.from([0xff]));
    const others = { A: 'credstash:bound', B: 'credstash:binary', C: 'credstash:nope' };
    await expect(credstash.resolve(others, { onMissing: 'skip' })).rejects.toMatchObject({
      failures: new Map([
        ['A', expect.objectContaining({ code: 'ERR_CONTEXT_MISMATCH' })],
        ['B', expect.objectContaining({ code: 'ERR_NOT_TEXT' })],
      ]),
    });
  });
});

test.each([
  ['no name', 'credstash:'],
  ['no name before a version', 'credstash:?version=1'],
  ['a space', 'credstash:s3cr3t name'],
  ['a letter beyond ASCII', 'credstash:s3cr3té'],
  ['a fragment', 'credstash:s3cr3t#part'],
  ['a percent sign alone', 'credstash:100%s3cr3t'],
  ['bytes that are not UTF-8', 'credstash:s3cr3t%FF'],
  ['an unknown parameter', 'credstash:a?environment=s3cr3t'],
  ['a parameter without a value', 'credstash:s3cr3t?version'],
  ['no parameter after ?', 'credstash:s3cr3t?'],
  ['an empty version', 'credstash:s3cr3t?version='],
  ['two versions', 'credstash:s3cr3t?version=1&version=2'],
  ['a pair of the context twice', 'credstash:a?context.env=s3cr3t&context.env=dev'],
  ['a pair of the context without a key', 'credstash:a?context.=s3cr3t'],
  ['a name that is too long', `credstash:${'s3cr3t'.repeat(400)}`],
])(
  'a reference with %s is ERR_INVALID_ARGUMENT before any call, with the variable but not its value',
  async (_, reference) => {
    const env = { FINE: 'credstash:app/user', DB_PASSWORD: reference };
    await expect(credstash.resolve(env)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(/^DB_PASSWORD: (?!.*s3cr3t)/),
    });
    expect(test_.takeCalls()).toEqual([]);
  },
);

test('resolve never interprets a value, whatever it holds', async () => {
  await fc.assert(
    fc.asyncProperty(values, async (list) => {
      const stored = new Map(list.map((value, i) => [`v${i}`, value]));
      await credstash.putAll(stored, { autoVersion: true });
      const env = Object.fromEntries([...stored.keys()].map((name) => [name, `credstash:${name}`]));
      expect(await credstash.resolve(env)).toEqual(Object.fromEntries(stored));
    }),
    { numRuns: 10 },
  );
});

test('resolve leaves a variable alone that is no reference, whatever it holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.string({ unit: 'binary' })), async (env) => {
      expect(await credstash.resolve(env)).toEqual(env);
    }),
  );
});
