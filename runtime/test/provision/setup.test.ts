import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  GetPolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  ListKeysCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';

import { ACCOUNT } from '../../../local/index.js';
import { Credstash } from '../../src/index.js';
import { BareAws, isReading, NAMES } from './bare.js';

const POLICY = (name: string) => `arn:aws:iam::${ACCOUNT}:policy/${name}`;
const UNCHANGED = [
  'unchanged table credential-store',
  'unchanged key of alias/credstash',
  'unchanged alias alias/credstash',
  'unchanged policy credstash-read-secrets',
  'unchanged policy credstash-write-secrets',
];

let bare: BareAws;

beforeEach(async () => {
  bare = await BareAws.start();
});
afterEach(() => bare.aws.stop());

const createRole = (RoleName: string) =>
  bare.clients.iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: '{"Statement":[]}' }),
  );

const attached = async (RoleName: string) => {
  const list = new ListAttachedRolePoliciesCommand({ RoleName });
  const { AttachedPolicies = [] } = await bare.clients.iam.send(list);
  return AttachedPolicies.map(({ PolicyArn }) => PolicyArn);
};

const createKey = async (Policy = '{"Statement":[]}') => {
  const allow = `{"Statement":{"Effect":"Allow","Action":"*","Principal":"*"}}`;
  const { kms } = bare.clients;
  const create = new CreateKeyCommand({
    Description: 'by hand',
    Policy: Policy === '{"Statement":[]}' ? allow : Policy,
  });
  const { KeyMetadata } = await kms.send(create);
  const TargetKeyId = KeyMetadata?.Arn ?? '';
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/credstash', TargetKeyId }));
  return TargetKeyId;
};

/** The table of Python credstash. */
const createTable = (names = ['name', 'version']) =>
  bare.clients.dynamodb.send(
    new CreateTableCommand({
      TableName: 'credential-store',
      KeySchema: names.map((AttributeName, i) => ({
        AttributeName,
        KeyType: i ? 'RANGE' : 'HASH',
      })),
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    }),
  );

describe('in an empty account', () => {
  test('everything is made, and secrets can be put and got', async () => {
    const { plan } = await bare.setUp();
    expect(plan).toEqual(UNCHANGED.map((line) => line.replace('unchanged', 'create')));
    const credstash = new Credstash({ compartment: 'credstash', ...bare.clients });
    await credstash.put('foo', 'bar');
    expect(await credstash.get('foo')).toBe('bar');
  });

  test('the plan changes nothing', async () => {
    await bare.plan();
    expect(bare.takeCalls().filter((call) => !isReading(call))).toEqual([]);
  });

  test('a second run changes nothing, and says so', async () => {
    await bare.setUp();
    bare.takeCalls();
    const { plan, told } = await bare.setUp();
    expect(plan).toEqual(UNCHANGED);
    expect(told).toEqual([]);
    expect(bare.takeCalls().filter((call) => !isReading(call))).toEqual([]);
  });

  test('two compartments are apart', async () => {
    await bare.setUp();
    const parameters = {
      KeyAlias: 'alias/credstash-prod',
      TableName: 'credential-store-prod',
      ReadPolicyName: 'credstash-prod-read-secrets',
      WritePolicyName: 'credstash-prod-write-secrets',
    };
    const { plan } = await bare.setUp({ parameters });
    expect(plan.every((line) => line.startsWith('create'))).toBe(true);
    expect((await bare.clients.kms.send(new ListKeysCommand())).Keys).toHaveLength(2);
  });

  test('what is made has the tags, and what has not is given them', async () => {
    await bare.setUp({ tags: { team: 'blue' } });
    expect((await bare.setUp({ tags: { team: 'blue' } })).plan).toEqual(UNCHANGED);
    const { plan } = await bare.setUp({ tags: { team: 'red', env: 'prod' } });
    expect(plan).toEqual([
      'update table credential-store: tag team=red, env=prod',
      'update key of alias/credstash: tag team=red, env=prod',
      'unchanged alias alias/credstash',
      'update policy credstash-read-secrets: tag team=red, env=prod',
      'update policy credstash-write-secrets: tag team=red, env=prod',
    ]);
    expect((await bare.setUp({ tags: { env: 'prod' } })).plan).toEqual(UNCHANGED);
  });
});

describe('roles', () => {
  test('get the policies, once', async () => {
    await createRole('web');
    await createRole('ci');
    const request = { readers: ['web', 'web'], writers: ['ci'] };
    expect((await bare.setUp(request)).plan.slice(5)).toEqual([
      'create attachment of credstash-read-secrets to web',
      'create attachment of credstash-write-secrets to ci',
    ]);
    expect(await attached('web')).toEqual([POLICY('credstash-read-secrets')]);
    expect(await attached('ci')).toEqual([POLICY('credstash-write-secrets')]);
    bare.takeCalls();
    expect((await bare.setUp(request)).plan.slice(5)).toEqual([
      'unchanged attachment of credstash-read-secrets to web',
      'unchanged attachment of credstash-write-secrets to ci',
    ]);
    expect(bare.takeCalls().filter((call) => !isReading(call))).toEqual([]);
  });

  test('that are not there are named before anything is made', async () => {
    await createRole('web');
    bare.takeCalls();
    const request = { readers: ['web', 'nobody'] };
    await expect(bare.setUp(request)).rejects.toMatchObject({
      code: 'ERR_ROLE_NOT_FOUND',
      message: expect.stringContaining('nobody'),
    });
    expect(bare.takeCalls().filter((call) => !isReading(call))).toEqual([]);
  });
});

describe('a table that exists', () => {
  test('is adopted: its billing stays, and it is protected from loss', async () => {
    await createTable();
    const { plan } = await bare.setUp();
    expect(plan[0]).toBe(
      'update table credential-store: turn point-in-time recovery on: turn deletion protection on: its billing, PROVISIONED, is kept',
    );
    const describe = new DescribeTableCommand({ TableName: 'credential-store' });
    const { Table } = await bare.clients.dynamodb.send(describe);
    expect(Table?.ProvisionedThroughput?.ReadCapacityUnits).toBe(1);
    expect(Table?.DeletionProtectionEnabled).toBe(true);
    expect((await bare.setUp()).plan[0]).toBe(
      'adopt table credential-store: its billing, PROVISIONED, is kept',
    );
  });

  test.each([
    ['another key schema', ['name', 'revision']],
    ['the keys in another order', ['version', 'name']],
    ['no sort key', ['name']],
  ])('with %s is refused, and nothing is made', async (_, names) => {
    await createTable(names);
    bare.takeCalls();
    await expect(bare.setUp()).rejects.toMatchObject({
      code: 'ERR_TABLE_UNSUITABLE',
      message: expect.stringMatching(/primary key is not name and version.*--table/),
    });
    expect(bare.takeCalls().filter((call) => !isReading(call))).toEqual([]);
  });
});

describe('an alias that exists', () => {
  test('is adopted with its key: it is rotated, and its policy kept', async () => {
    const arn = await createKey();
    const { kms } = bare.clients;
    const before = await kms.send(new GetKeyPolicyCommand({ KeyId: arn }));
    const { plan } = await bare.setUp();
    expect(plan[1]).toBe(
      `update key of alias/credstash: turn yearly rotation on: the policy of ${arn} is its own, and kept`,
    );
    expect(plan[2]).toBe('unchanged alias alias/credstash');
    const alias = { KeyId: 'alias/credstash' };
    expect((await kms.send(new DescribeKeyCommand(alias))).KeyMetadata?.Arn).toBe(arn);
    const { KeyRotationEnabled } = await kms.send(new GetKeyRotationStatusCommand({ KeyId: arn }));
    expect(KeyRotationEnabled).toBe(true);
    expect(await kms.send(new GetKeyPolicyCommand({ KeyId: arn }))).toMatchObject({
      Policy: before.Policy,
    });
    expect((await kms.send(new ListKeysCommand())).Keys).toHaveLength(1);
    expect((await bare.setUp()).plan[1]).toMatch(/^adopt key/);
  });

  test.each([
    ['disabled', DisableKeyCommand, /it is Disabled.*aws kms enable-key/],
    [
      'pending deletion',
      ScheduleKeyDeletionCommand,
      /PendingDeletion.*aws kms cancel-key-deletion/,
    ],
  ])('on a key that is %s is refused, and nothing is made', async (_, Change, message) => {
    const KeyId = await createKey();
    await bare.clients.kms.send(new Change({ KeyId }));
    bare.takeCalls();
    await expect(bare.setUp()).rejects.toMatchObject({
      code: 'ERR_KEY_UNAVAILABLE',
      message: expect.stringMatching(message),
    });
    expect(bare.takeCalls().filter((call) => !isReading(call))).toEqual([]);
  });
});

describe('a policy that exists', () => {
  const PolicyArn = POLICY(NAMES.ReadPolicyName);
  const text = (Resource: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource }],
    });
  const table = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/credential-store`;
  const create = (PolicyDocument: string) =>
    bare.clients.iam.send(
      new CreatePolicyCommand({ PolicyName: NAMES.ReadPolicyName, PolicyDocument }),
    );
  const versions = async () => {
    const { Versions = [] } = await bare.clients.iam.send(
      new ListPolicyVersionsCommand({ PolicyArn }),
    );
    return Versions.map(({ VersionId }) => VersionId);
  };

  test('with another text gets a new version, and keeps the old', async () => {
    await create(text(table));
    const { plan } = await bare.setUp();
    expect(plan[3]).toBe(
      'drifted policy credstash-read-secrets: its text is replaced by a new version; v1 is kept',
    );
    expect(await versions()).toEqual(['v1', 'v2']);
    const { Policy } = await bare.clients.iam.send(new GetPolicyCommand({ PolicyArn }));
    expect(Policy?.DefaultVersionId).toBe('v2');
    expect((await bare.setUp()).plan).toEqual(UNCHANGED);
  });

  test('with five versions loses the oldest that is not the default, said aloud', async () => {
    await create(text(table));
    for (let i = 0; i < 4; i++) {
      const PolicyDocument = text(`${table}/${i}`);
      await bare.clients.iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument }));
    }
    const { told } = await bare.setUp();
    // v1 is the default.
    expect(await versions()).toEqual(['v1', 'v3', 'v4', 'v5', 'v6']);
    expect(told).toContain(
      'Removing v2, the oldest of 5 versions, of policy credstash-read-secrets...',
    );
  });

  test.each([
    `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/credential-store`,
    `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/credential-store-prod`,
  ])('for %s is left to it, and nothing is made', async (other) => {
    await create(text(other));
    bare.takeCalls();
    await expect(bare.setUp()).rejects.toMatchObject({
      code: 'ERR_POLICY_TAKEN',
      message: expect.stringMatching(/--read-policy and --write-policy/),
    });
    expect(bare.takeCalls().filter((call) => !isReading(call))).toEqual([]);
  });
});

describe('names that a service refuses', () => {
  test.each([
    [{ KeyAlias: 'credstash' }, /"credstash" is not a KMS alias: alias\/ and/],
    [{ KeyAlias: 'alias/aws/credstash' }, /not AWS's alias\/aws\//],
    [{ KeyAlias: 'alias/a b' }, /is not a KMS alias/],
    [{ TableName: 'ab' }, /"ab" is not a DynamoDB table's name: 3 to 255/],
    [{ TableName: 'a/b/c' }, /is not a DynamoDB table's name/],
    [{ TableName: `${NAMES.TableName}\n` }, /is not a DynamoDB table's name/],
    [{ ReadPolicyName: 'a/b' }, /"a\/b" is not an IAM policy's name: 1 to 128/],
    [{ WritePolicyName: 'ü' }, /is not an IAM policy's name/],
    [{ WritePolicyName: NAMES.ReadPolicyName }, /can't both be named credstash-read-secrets/],
    [{ TableName: 'x', KeyAlias: 'y' }, /"y" is not .*"x" is not /],
  ])('%j', async (names, message) => {
    const setUp = bare.setUp({ parameters: { ...NAMES, ...names } });
    await expect(setUp).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
    expect(bare.takeCalls()).toEqual([]);
  });

  test.each(['a b', 'path/name', `arn:aws:iam::${ACCOUNT}:role/web`])('role %s', async (role) => {
    await expect(bare.setUp({ writers: [role] })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(/not an IAM role's name/),
    });
    expect(bare.takeCalls()).toEqual([]);
  });
});
