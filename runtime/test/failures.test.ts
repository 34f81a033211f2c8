import { inspect } from 'node:util';

import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeKeyCommand,
  DisableKeyCommand,
  KMSClient,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';

import { TestAws } from '../../testbed/test-aws.js';
import {
  AwsError,
  BulkReadError,
  Credstash,
  CredstashError,
  type CredstashOptions,
  type EncryptionContext,
} from '../src/index.js';
import { padVersion } from '../src/format/version.js';

let test_: TestAws;
let credstash: Credstash;

function connect(options: CredstashOptions = {}): Credstash {
  return new Credstash({ ...test_.clients(), ...options });
}

beforeAll(async () => {
  test_ = await TestAws.start({ compartments: ['other', 'disabled'], roles: ['nobody'] });
  credstash = connect();
  await credstash.put('foo', 'a secret', { context: { env: 'prod' } });
});

beforeEach(() => test_.takeCalls());
afterEach(() => test_.aws.clearFaults());
afterAll(() => test_.aws.stop());

describe('missing secrets, tables and keys', () => {
  test('get rejects a missing secret with ERR_SECRET_NOT_FOUND', async () => {
    await expect(credstash.get('nope')).rejects.toMatchObject({
      code: 'ERR_SECRET_NOT_FOUND',
      message: 'There is no secret nope.',
      secret: { name: 'nope' },
    });
  });

  test('get rejects a missing version with ERR_SECRET_NOT_FOUND', async () => {
    await expect(credstash.get('foo', { version: 99 })).rejects.toMatchObject({
      code: 'ERR_SECRET_NOT_FOUND',
      message: 'foo has no version 99.',
      secret: { name: 'foo', version: padVersion(99) },
    });
  });

  test('reads, put and delete reject a missing table with ERR_TABLE_NOT_FOUND', async () => {
    const nowhere = connect({ compartment: 'nowhere' });
    for (const operation of [
      () => nowhere.get('foo'),
      () => nowhere.getAll(),
      () => nowhere.list(),
      () => nowhere.versions('foo'),
      () => nowhere.delete('foo'),
      () => nowhere.put('foo', 'v', { autoVersion: true }),
    ]) {
      await expect(operation()).rejects.toMatchObject({
        code: 'ERR_TABLE_NOT_FOUND',
        message: expect.stringMatching(/credential-store-nowhere in us-east-1.*cdk deploy/),
      });
    }
  });

  test('put rejects a missing key with ERR_KEY_NOT_FOUND', async () => {
    await expect(connect({ key: 'alias/nope' }).put('a', 'v')).rejects.toMatchObject({
      code: 'ERR_KEY_NOT_FOUND',
      message: expect.stringMatching(
        /^Could not call kms:GenerateDataKey on alias\/nope in us-east-1 \(NotFoundException: .*\)\. Create/,
      ),
    });
  });
});

describe('access', () => {
  test("a reader can't put or delete, a writer can't get, and the error names what would allow it", async () => {
    const reader = connect(await test_.clientsOf('reader'));
    const writer = connect(await test_.clientsOf('writer'));
    const nobody = connect(await test_.clientsOf('nobody'));
    const deleting =
      /^The delete grant of the compartment allows it: grantDelete\. So does this statement: {"Effect":"Allow","Action":\["dynamodb:DeleteItem","dynamodb:Query"\],"Resource":"arn:aws:dynamodb:us-east-1:\d+:table\/credential-store"}$/;
    for (const [attempt, advice] of [
      [() => reader.put('a', 'v'), /^The write grant of [^.]*: grantWrite, [^.]*\.$/],
      [() => nobody.put('a', 'v', { autoVersion: true }), /^The write grant [^.]*\.$/],
      [() => writer.put('foo', 'v', { ifChanged: true }), /^The read grant [^.]*\.$/],
      [
        () => writer.get('foo'),
        /^The read grant of [^.]*, if its scope has this secret and context: grantRead, [^.]*\.$/,
      ],
      [() => nobody.versions('foo'), /^The read grant [^.]*\.$/],
      [() => writer.getAll(), /^A read grant without a scope [^.]*\.$/],
      [() => writer.list(), /^A read grant without a scope [^.]*\.$/],
      [() => reader.delete('foo'), deleting],
      [() => nobody.delete('foo'), deleting],
    ] as const) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'ERR_ACCESS_DENIED',
        message: expect.stringMatching(/not authorized to perform: /),
        call: { advice: expect.stringMatching(advice) },
      });
    }
  });

  test('get rejects another encryption context with ERR_CONTEXT_MISMATCH', async () => {
    const contexts: EncryptionContext[] = [{}, { env: 'dev' }, { env: 'prod', more: 'x' }];
    for (const context of contexts) {
      await expect(credstash.get('foo', { context })).rejects.toMatchObject({
        code: 'ERR_CONTEXT_MISMATCH',
        message: expect.stringMatching(
          /^Could not call kms:Decrypt on .*The encryption context may not be the one/,
        ),
      });
    }
  });

  test('get rejects an item encrypted under another key than the expected one with ERR_UNEXPECTED_KEY', async () => {
    await connect({ key: 'alias/credstash-other' }).put('theirs', 'forged');
    expect(await credstash.get('theirs')).toBe('forged');
    await expect(connect({ compartment: 'credstash' }).get('theirs')).rejects.toMatchObject({
      code: 'ERR_UNEXPECTED_KEY',
    });
  });

  test('get rejects with ERR_KEY_UNAVAILABLE when the key is disabled', async () => {
    const { kms } = test_.clients();
    const disabled = connect({ compartment: 'disabled' });
    await disabled.put('a', 'v');
    const alias = new DescribeKeyCommand({ KeyId: 'alias/credstash-disabled' });
    const { KeyMetadata } = await kms.send(alias);
    const KeyId = KeyMetadata?.KeyId;
    // Its own policy denies that so soon after its use.
    const anybody = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
    const Policy = JSON.stringify({ Statement: anybody });
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
    await kms.send(new DisableKeyCommand({ KeyId }));
    await expect(disabled.get('a')).rejects.toMatchObject({ code: 'ERR_KEY_UNAVAILABLE' });
  });
});

describe('get of a tampered item', () => {
  const context = { env: 'prod' };
  const codes = ['ERR_INTEGRITY', 'ERR_UNSUPPORTED_DIGEST', 'ERR_CONTEXT_MISMATCH'];

  async function rewrite(attribute: string, value: string) {
    const { dynamodb } = test_.clients();
    const TableName = 'credential-store';
    const Key = { name: { S: 'foo' }, version: { S: padVersion(1) } };
    const { Item = {} } = await dynamodb.send(new GetItemCommand({ TableName, Key }));
    const original = Item[attribute]?.S ?? '';
    const forged = { ...Item, [attribute]: { S: value }, name: { S: 'forged' } };
    await dynamodb.send(new PutItemCommand({ TableName, Item: forged }));
    return original;
  }

  test.each(['contents', 'hmac', 'key', 'digest'])(
    'rejects a changed byte of the %s, wherever it is',
    async (attribute) => {
      const original = await rewrite(attribute, 'x');
      const step = Math.max(1, Math.floor(original.length / 24));
      for (let at = 0; at < original.length; at += step) {
        await expectRefused(attribute, at, original);
      }
      await expectRefused(attribute, original.length - 1, original);
    },
  );

  async function expectRefused(attribute: string, at: number, original: string) {
    for (const character of ['A', 'z', '!', ' ', '=']) {
      const value = original.slice(0, at) + character + original.slice(at + 1);
      if (value === original) continue;
      // The case of a hex digit says nothing.
      if (attribute === 'hmac' && value.toLowerCase() === original) continue;
      await rewrite(attribute, value);
      const error: unknown = await credstash.get('forged', { context }).catch((each) => each);
      // The value is here to name the forgery, if one is accepted.
      expect([value, codes.includes((error as CredstashError).code)]).toEqual([value, true]);
    }
  }

  test('rejects empty contents, an empty hmac and an empty key with ERR_INTEGRITY', async () => {
    for (const attribute of ['contents', 'hmac', 'key']) {
      await rewrite(attribute, '');
      await expect(credstash.get('forged', { context })).rejects.toMatchObject({
        code: 'ERR_INTEGRITY',
      });
    }
  });
});

describe('regions', () => {
  test('get rejects an item whose key is in another region with ERR_WRONG_REGION', async () => {
    const kms = new KMSClient({ ...test_.target, region: 'eu-west-1' });
    await expect(connect({ kms }).get('foo')).rejects.toMatchObject({
      code: 'ERR_WRONG_REGION',
      message: expect.stringMatching(/Choose the region/),
    });
  });

  test('put rejects the ARN of a key in another region with ERR_WRONG_REGION', async () => {
    const key = 'arn:aws:kms:eu-west-1:111122223333:key/1234';
    await expect(connect({ key }).put('a', 'v')).rejects.toMatchObject({
      code: 'ERR_WRONG_REGION',
    });
  });

  test('get rejects with ERR_REGION_MISSING when no region is set', async () => {
    const nowhere = new Credstash();
    await expect(nowhere.get('foo')).rejects.toMatchObject({ code: 'ERR_REGION_MISSING' });
  });
});

describe('AWS errors', () => {
  test('get rejects with ERR_THROTTLED when every attempt is throttled', async () => {
    test_.aws.inject({ action: 'dynamodb:Query', error: 'ThrottlingException' });
    const dynamodb = new DynamoDBClient({ ...test_.target, maxAttempts: 2 });
    await expect(connect({ dynamodb }).get('foo')).rejects.toMatchObject({
      code: 'ERR_THROTTLED',
    });
    expect(test_.takeCalls()).toHaveLength(2);
  });

  test('get and put reject unknown credentials with ERR_CREDENTIALS', async () => {
    const credentials = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };
    const config = { ...test_.target, credentials };
    const stranger = connect({ dynamodb: new DynamoDBClient(config), kms: new KMSClient(config) });
    for (const attempt of [() => stranger.get('foo'), () => stranger.put('a', 'v')]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'ERR_CREDENTIALS' });
    }
  });

  test('get rejects any other AWS error with ERR_AWS, and keeps its message and cause', async () => {
    test_.aws.inject({ action: 'kms:Decrypt', error: 'ValidationException' });
    const error: unknown = await credstash.get('foo').catch((each: unknown) => each);
    expect(error).toBeInstanceOf(AwsError);
    expect(error).toMatchObject({
      code: 'ERR_AWS',
      message: 'Could not call kms:Decrypt on alias/credstash (ValidationException: Injected).',
      call: { service: 'KMS', action: 'kms:Decrypt' },
      cause: { name: 'ValidationException' },
    });
  });
});

test("errors of getAll and put never contain a secret's value", async () => {
  await credstash.put('bytes', Buffer.from('s3cr3t\xff', 'latin1'));
  const error = await credstash.getAll({ context: {} }).catch((each: unknown) => each);
  expect(error).toBeInstanceOf(BulkReadError);
  for (const failure of (error as BulkReadError).failures.values()) {
    expect(`${failure.message} ${String(failure.stack)}`).not.toContain('s3cr3t');
  }
  await credstash.put('readable', 's3cr3t');
  const partial = await credstash.getAll().catch((each: unknown) => each);
  expect((partial as BulkReadError).secrets.get('readable')).toBe('s3cr3t');
  expect(inspect(partial, { depth: 10, showHidden: true })).not.toContain('s3cr3t');
  const half = await credstash.put('a', 's3cr3t\ud800').catch((each: unknown) => each);
  expect(String((half as Error).stack)).not.toContain('s3cr3t');
});
