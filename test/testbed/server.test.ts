import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as iam from 'aws-cdk-lib/aws-iam';
import { role, standardCompartment, startSynthesized } from '../../testbed/synthesized-aws';
import type { TestAws } from '../../testbed/test-aws';

const TableName = 'credential-store';

/** Roles that may do one thing under one condition, on anything. */
const ROLES: Record<string, { actions: string[]; conditions?: Record<string, object> }> = {
  nobody: { actions: ['sts:GetCallerIdentity'] },
  leading: {
    actions: ['dynamodb:*'],
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['app/*'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  },
  'leading-without-null': {
    actions: ['dynamodb:*'],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['app/*'] } },
  },
  versions: {
    actions: ['dynamodb:Query'],
    conditions: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['name', 'version'] },
      StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    },
  },
  context: {
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    conditions: { StringEquals: { 'kms:EncryptionContext:env': 'prod' } },
  },
};

let test_: TestAws;

beforeAll(async () => {
  test_ = await startSynthesized((stack) => {
    standardCompartment(stack);
    for (const [name, statement] of Object.entries(ROLES)) {
      role(stack, name).addToPolicy(new iam.PolicyStatement({ ...statement, resources: ['*'] }));
    }
  });
});
afterEach(() => test_.aws.clearFaults());
afterAll(() => test_.aws.stop());

const ACCESS_DENIED = { name: 'AccessDeniedException' };

function query(name: string, more: Partial<QueryCommandInput> = {}) {
  return new QueryCommand({
    TableName,
    KeyConditionExpression: '#n = :n',
    ExpressionAttributeNames: { '#n': 'name' },
    ExpressionAttributeValues: { ':n': { S: name } },
    ...more,
  });
}

const get = (name: string) =>
  new GetItemCommand({ TableName, Key: { name: { S: name }, version: { S: '1' } } });
const put = (name: string) =>
  new PutItemCommand({ TableName, Item: { name: { S: name }, version: { S: '1' } } });
const dataKey = (context?: Record<string, string>) =>
  new GenerateDataKeyCommand({
    KeyId: 'alias/credstash',
    NumberOfBytes: 64,
    ...(context ? { EncryptionContext: context } : {}),
  });

describe('testbed authentication', () => {
  test('returns the ARN of the caller by GetCallerIdentity', async () => {
    const { Arn } = await new STSClient(test_.target).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe('arn:aws:iam::111122223333:user/admin');
  });

  test('rejects an unknown access key', async () => {
    const credentials = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };
    const stranger = new KMSClient({ ...test_.target, credentials });
    await expect(stranger.send(dataKey())).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
  });

  test('rejects a wrong signature, and a call without one', async () => {
    const credentials = { ...test_.target.credentials, secretAccessKey: 'guessed' };
    const forger = new KMSClient({ ...test_.target, credentials });
    await expect(forger.send(dataKey())).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
    const response = await fetch(test_.aws.endpoint, { method: 'POST', body: '{}' });
    expect(response.status).toBe(403);
  });

  test('rejects session credentials without their token', async () => {
    const { kms } = await test_.clientsOf('reader');
    const { accessKeyId, secretAccessKey } = await kms.config.credentials();
    const credentials = { accessKeyId, secretAccessKey };
    const client = new STSClient({ ...test_.target, credentials });
    await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toThrow(/security token/);
  });
});

describe('testbed authorization', () => {
  test('denies what no policy allows, in the words of AWS', async () => {
    const { dynamodb, kms } = await test_.clientsOf('nobody');
    await expect(dynamodb.send(get('a'))).rejects.toMatchObject({
      ...ACCESS_DENIED,
      message:
        'User: arn:aws:sts::111122223333:assumed-role/nobody/local is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:111122223333:table/credential-store because no identity-based policy allows the dynamodb:GetItem action',
    });
    await expect(kms.send(dataKey())).rejects.toMatchObject(ACCESS_DENIED);
    const sts = new STSClient({ ...test_.target, credentials: await kms.config.credentials() });
    const RoleArn = 'arn:aws:iam::111122223333:role/reader';
    const assume = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'x' });
    await expect(sts.send(assume)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('dynamodb:LeadingKeys in the testbed', () => {
  test('is the name in GetItem, PutItem and Query', async () => {
    const { dynamodb } = await test_.clientsOf('leading');
    for (const call of [get, put, query]) {
      await dynamodb.send(call('app/a') as ReturnType<typeof get>);
      const refused = dynamodb.send(call('other') as ReturnType<typeof get>);
      await expect(refused).rejects.toMatchObject(ACCESS_DENIED);
    }
  });

  test('is absent from Scan, which ForAllValues alone therefore allows', async () => {
    const scan = new ScanCommand({ TableName });
    const [guarded, open] = [
      await test_.clientsOf('leading'),
      await test_.clientsOf('leading-without-null'),
    ];
    await expect(guarded.dynamodb.send(scan)).rejects.toMatchObject(ACCESS_DENIED);
    await expect(open.dynamodb.send(scan)).resolves.toBeDefined();
  });
});

describe('a policy on dynamodb:Attributes and dynamodb:Select', () => {
  const names = { '#n': 'name', '#v': 'version' };
  const specific = { Select: 'SPECIFIC_ATTRIBUTES' } as const;

  test.each<[string, boolean, Partial<QueryCommandInput>]>([
    ['a Query of name and version', true, { ...specific, ProjectionExpression: '#n, #v' }],
    ['a Query of name and version without Select', true, { ProjectionExpression: '#n, #v' }],
    [
      'a Query of another attribute',
      false,
      { ...specific, ProjectionExpression: '#n, #v, contents' },
    ],
    [
      'a Query that filters by another attribute',
      false,
      { ProjectionExpression: '#n, #v', FilterExpression: '#n = contents' },
    ],
    ['a Query of all attributes', false, {}],
    ['a Query that counts', false, { Select: 'COUNT' }],
  ])('allows %s: %p', async (_, allowed, more) => {
    const { dynamodb } = await test_.clientsOf('versions');
    const isVersionNamed = more.ProjectionExpression !== undefined;
    const ExpressionAttributeNames = isVersionNamed ? names : { '#n': 'name' };
    const answer = dynamodb.send(query('a', { ...more, ExpressionAttributeNames }));
    if (allowed) await expect(answer).resolves.toBeDefined();
    else await expect(answer).rejects.toMatchObject(ACCESS_DENIED);
  });
});

describe('the encryption context in the testbed', () => {
  test("must contain the pair that the grant's condition names", async () => {
    const { kms } = await test_.clientsOf('context');
    await kms.send(dataKey({ env: 'prod' }));
    await kms.send(dataKey({ env: 'prod', more: 'x' }));
    const others: (Record<string, string> | undefined)[] = [
      undefined,
      { env: 'dev' },
      { other: 'prod' },
    ];
    for (const context of others) {
      await expect(kms.send(dataKey(context))).rejects.toMatchObject(ACCESS_DENIED);
    }
  });

  test('must be the same to decrypt a data key, in any order', async () => {
    const { kms } = test_.clients();
    const { CiphertextBlob, Plaintext } = await kms.send(dataKey({ a: '1', b: '2' }));
    const decrypt = (EncryptionContext: Record<string, string>) =>
      kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect((await decrypt({ b: '2', a: '1' })).Plaintext).toEqual(Plaintext);
    for (const context of [{}, { a: '1' }, { a: '1', b: '2', c: '3' }, { a: '2', b: '1' }]) {
      await expect(decrypt(context as Record<string, string>)).rejects.toMatchObject({
        name: 'InvalidCiphertextException',
      });
    }
  });
});

test('the testbed rejects an ARN of another region or account', async () => {
  for (const place of ['eu-west-1:111122223333', 'us-east-1:999999999999']) {
    const TableName = `arn:aws:dynamodb:${place}:table/credential-store`;
    const Key = { name: { S: 'a' }, version: { S: '1' } };
    const { dynamodb, kms } = test_.clients();
    await expect(dynamodb.send(new GetItemCommand({ TableName, Key }))).rejects.toMatchObject(
      ACCESS_DENIED,
    );
    const KeyId = `arn:aws:kms:${place}:alias/credstash`;
    const command = new GenerateDataKeyCommand({ KeyId, NumberOfBytes: 64 });
    await expect(kms.send(command)).rejects.toMatchObject({ name: 'NotFoundException' });
  }
});

test('the testbed rejects a malformed request, and serves the next one', async () => {
  const headers = { 'x-amz-target': 'A.B' };
  const { status } = await fetch(test_.aws.endpoint, { method: 'POST', headers, body: '{bad' });
  expect(status).toBe(403);
  await test_.clients().kms.send(dataKey());
});

test('the testbed keeps the tables and keys of each region apart', async () => {
  const elsewhere = { ...test_.target, region: 'eu-west-1' };
  await expect(new DynamoDBClient(elsewhere).send(get('a'))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await expect(new KMSClient(elsewhere).send(dataKey())).rejects.toMatchObject({
    name: 'NotFoundException',
  });
});

describe('inject', () => {
  test('fails a call as often as told', async () => {
    test_.aws.inject({ action: 'kms:GenerateDataKey', error: 'ThrottlingException', times: 1 });
    const kms = new KMSClient({ ...test_.target, maxAttempts: 1 });
    await expect(kms.send(dataKey())).rejects.toMatchObject({ name: 'ThrottlingException' });
    await kms.send(dataKey());
  });

  test('delays an answer', async () => {
    test_.aws.inject({ action: 'kms:GenerateDataKey', latency: 200 });
    const before = performance.now();
    await test_.clients().kms.send(dataKey());
    expect(performance.now() - before).toBeGreaterThanOrEqual(195);
  });

  test('loses the answer to a call that took effect', async () => {
    test_.aws.inject({ action: 'dynamodb:PutItem', loseAnswer: true });
    const dynamodb = new DynamoDBClient({ ...test_.target, maxAttempts: 1 });
    await expect(dynamodb.send(put('lost'))).rejects.toThrow();
    test_.aws.clearFaults();
    expect((await dynamodb.send(get('lost'))).Item).toBeDefined();
  });
});
