import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';

import {
  AwsError,
  BulkReadError,
  BulkWriteError,
  Credstash,
  CredstashError,
} from '../../src/index.js';
import { TestCompartment, type CallErrorCode } from '../../src/testing/index.js';
import { Secrets } from '../secrets.js';

const secrets = Secrets.prepare();

const METHODS: Readonly<Record<string, (credstash: Credstash) => Promise<unknown>>> = {
  get: (credstash) => credstash.get('a'),
  'get of a version': (credstash) => credstash.get('a', { version: 1 }),
  getAll: (credstash) => credstash.getAll(),
  'getAll of names': (credstash) => credstash.getAll({ names: ['a', 'b'] }),
  resolve: (credstash) => credstash.resolve({ A: 'credstash:a' }),
  put: (credstash) => credstash.put('a', 'new', { version: 7 }),
  'put of the next version': (credstash) => credstash.put('a', 'new', { autoVersion: true }),
  putAll: (credstash) => credstash.putAll({ a: 'new', b: 'new' }, { version: 7 }),
  list: (credstash) => credstash.list(),
  history: (credstash) => credstash.history('a'),
  delete: (credstash) => credstash.delete('a', { version: 9 }),
};

const CALLS = {
  dynamodb: ['DeleteItem', 'GetItem', 'PutItem', 'Query', 'Scan'],
  kms: ['Decrypt', 'GenerateDataKey'],
} as const;

/** What a real AWS answers, by code: to every call of a service, or to Decrypt. */
const ANSWERS: Readonly<
  Record<Exclude<CallErrorCode, 'ERR_UNREACHABLE'>, Partial<Record<string, string>>>
> = {
  ERR_ACCESS_DENIED: { dynamodb: 'AccessDeniedException', kms: 'AccessDeniedException' },
  ERR_AWS: { dynamodb: 'InternalServerError', kms: 'KMSInternalException' },
  ERR_CONTEXT_MISMATCH: { 'kms:Decrypt': 'InvalidCiphertextException' },
  ERR_CREDENTIALS: { dynamodb: 'UnrecognizedClientException', kms: 'UnrecognizedClientException' },
  ERR_KEY_NOT_FOUND: { kms: 'NotFoundException' },
  ERR_KEY_UNAVAILABLE: { kms: 'DisabledException' },
  ERR_TABLE_NOT_FOUND: { dynamodb: 'ResourceNotFoundException' },
  ERR_THROTTLED: { dynamodb: 'ThrottlingException', kms: 'ThrottlingException' },
  ERR_UNEXPECTED_KEY: { 'kms:Decrypt': 'IncorrectKeyException' },
};

/** A Credstash with a real store and key service, whose calls fail. */
function failing(code: CallErrorCode): Credstash {
  const { target, aws } = secrets.test_;
  const once = { ...target, maxAttempts: 1 };
  const config = code === 'ERR_UNREACHABLE' ? { ...once, endpoint: 'http://127.0.0.1:1' } : once;
  if (code !== 'ERR_UNREACHABLE') {
    for (const [service, actions] of Object.entries(CALLS)) {
      for (const action of actions.map((each) => `${service}:${each}`)) {
        const name = ANSWERS[code][action] ?? ANSWERS[code][service];
        if (name === undefined) continue;
        const body = JSON.stringify({ __type: name, message: 'Injected' });
        const status = code === 'ERR_AWS' ? 500 : 400;
        aws.inject({ action, answer: { status, type: 'application/x-amz-json-1.1', body } });
      }
    }
  }
  return secrets.connect({ dynamodb: new DynamoDBClient(config), kms: new KMSClient(config) });
}

/** What a program can see of an outcome, but for AWS's own words. */
function seen(outcome: unknown): unknown {
  if (!(outcome instanceof CredstashError)) return 'success';
  const { name, code, message, secret } = outcome;
  const isBulk = outcome instanceof BulkReadError || outcome instanceof BulkWriteError;
  return {
    name,
    code,
    secret,
    message: message.replaceAll(/\([A-Z][^)]*\)/g, '(…)'),
    call: outcome instanceof AwsError ? { ...outcome.call, detail: undefined } : undefined,
    failures: isBulk ? Array.from(outcome.failures, ([key, error]) => [key, seen(error)]) : [],
    cause: outcome.cause instanceof CredstashError ? seen(outcome.cause) : undefined,
  };
}

const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.each([...Object.keys(ANSWERS), 'ERR_UNREACHABLE'] as CallErrorCode[])('%s', (code) => {
  test.each(Object.keys(METHODS))('%s fails as with a real AWS', async (method) => {
    const run = (credstash: Credstash) =>
      outcomeOf(METHODS[method]?.(credstash) ?? Promise.resolve());
    await secrets.credstash.putAll({ a: 'one', b: 'two' });
    const real = seen(await run(failing(code)));
    const compartment = new TestCompartment({ a: 'one', b: 'two' });
    compartment.fail(code);
    expect(seen(await run(new Credstash(compartment)))).toEqual(real);
  });
});

test('the error of AWS is the cause, as the SDK throws it', async () => {
  const compartment = new TestCompartment();
  compartment.fail('ERR_THROTTLED');
  const error = (await outcomeOf(new Credstash(compartment).get('a'))) as AwsError;
  expect(error.cause).toMatchObject({
    name: 'ThrottlingException',
    $metadata: { httpStatusCode: 400 },
  });
});

test('calls about one secret fail, in a bulk read and write too, until they recover', async () => {
  const compartment = new TestCompartment({ a: 'one', b: 'two' });
  const credstash = new Credstash(compartment);
  compartment.fail('ERR_ACCESS_DENIED', 'b');
  expect(await credstash.get('a')).toBe('one');
  await expect(credstash.get('b')).rejects.toMatchObject({ code: 'ERR_ACCESS_DENIED' });
  for (const names of [['*'], ['a', 'b']]) {
    const error = (await outcomeOf(credstash.getAll({ names }))) as BulkReadError;
    expect([...error.secrets]).toEqual([['a', 'one']]);
    expect(error.failures.get('b')).toMatchObject({ code: 'ERR_ACCESS_DENIED' });
  }
  const put = credstash.putAll({ a: 'new', b: 'new' }, { version: 2 });
  const { stored } = (await outcomeOf(put)) as BulkWriteError;
  expect([...stored.keys()]).toEqual(['a']);
  compartment.recover();
  expect(await credstash.get('b')).toBe('two');
});

test.each(['ERR_AWS', 'ERR_UNREACHABLE'] as const)(
  'a put that AWS does not answer, but with %s, has an unknown outcome',
  async (code) => {
    const compartment = new TestCompartment();
    compartment.fail(code, 'a');
    const error = await outcomeOf(new Credstash(compartment).put('a', 'one'));
    expect(error).toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN', cause: { code } });
  },
);

test('a secret fails with its own code, and the others with that of all', async () => {
  const compartment = new TestCompartment({ a: 'one', b: 'two' });
  const credstash = new Credstash(compartment);
  compartment.fail('ERR_THROTTLED');
  compartment.fail('ERR_ACCESS_DENIED', 'b');
  await expect(credstash.get('a')).rejects.toMatchObject({ code: 'ERR_THROTTLED' });
  await expect(credstash.get('b')).rejects.toMatchObject({ code: 'ERR_ACCESS_DENIED' });
});

test('TestCompartment refuses to fail with a code that no call fails with', () => {
  const compartment = new TestCompartment();
  expect(() => compartment.fail('ERR_SECRET_NOT_FOUND' as CallErrorCode)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error,
  );
});
