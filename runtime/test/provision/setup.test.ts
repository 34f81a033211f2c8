import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  ListKeysCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';

import { ACCOUNT } from '../../../local/index.js';
import { Credstash } from '../../src/index.js';
import type { SetupRequest } from '../../src/provision/setup.js';
import { createContext } from '../../src/provision/context.js';
import { planTemplate } from '../../src/provision/plan.js';
import { parameterValues } from '../../src/provision/template.js';
import { BareAws, isReading, NAMES, TEMPLATE } from './bare.js';

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

/** A key made by hand, whose policy is that of a new key in the console. */
const createKey = async (principal = `arn:aws:iam::${ACCOUNT}:root`, kind = {}) => {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: principal },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
  const { kms } = bare.clients;
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Policy, ...kind }));
  const TargetKeyId = KeyMetadata?.Arn ?? '';
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/credstash', TargetKeyId }));
  return TargetKeyId;
};

/** The table of Python credstash. */
const createTable = (names = ['name', 'version'], types = ['S', 'S']) =>
  bare.clients.dynamodb.send(
    new CreateTableCommand({
      TableName: 'credential-store',
      KeySchema: names.map((AttributeName, i) => ({
        AttributeName,
        KeyType: i ? 'RANGE' : 'HASH',
      })),
      AttributeDefinitions: names.map((AttributeName, i) => ({
        AttributeName,
        AttributeType: types[i] as 'S' | 'N' | undefined,
      })),
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
      'update table credential-store: tag team=red, env=prod (team was blue)',
      'update key of alias/credstash: tag team=red, env=prod (team was blue)',
      'unchanged alias alias/credstash',
      'update policy credstash-read-secrets: tag team=red, env=prod (team was blue)',
      'update policy credstash-write-secrets: tag team=red, env=prod (team was blue)',
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
      'update table credential-store: turn point-in-time recovery on; turn deletion protection on; its billing, PROVISIONED, is kept',
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
    ['another key schema', ['name', 'revision'], ['S', 'S']],
    ['the keys in another order', ['version', 'name'], ['S', 'S']],
    ['no sort key', ['name'], ['S']],
    ['versions that are numbers', ['name', 'version'], ['S', 'N']],
  ])('with %s is refused, and nothing is made', async (_, names, types) => {
    await createTable(names, types);
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
    expect(plan[1]).toBe('update key of alias/credstash: turn yearly rotation on');
    expect(plan[2]).toBe('unchanged alias alias/credstash');
    const alias = { KeyId: 'alias/credstash' };
    expect((await kms.send(new DescribeKeyCommand(alias))).KeyMetadata?.Arn).toBe(arn);
    const { KeyRotationEnabled } = await kms.send(new GetKeyRotationStatusCommand({ KeyId: arn }));
    expect(KeyRotationEnabled).toBe(true);
    expect(await kms.send(new GetKeyPolicyCommand({ KeyId: arn }))).toMatchObject({
      Policy: before.Policy,
    });
    expect((await kms.send(new ListKeysCommand())).Keys).toHaveLength(1);
    expect((await bare.setUp()).plan).toEqual(UNCHANGED);
  });

  test('on a key whose policy leaves nothing to IAM is adopted, and that is said', async () => {
    const arn = await createKey(`arn:aws:iam::${ACCOUNT}:user/admin`);
    const note = `the policy of ${arn} is kept, and does not leave access to IAM: until it does, the policies here may have no effect`;
    expect((await bare.setUp()).plan[1]).toBe(
      `update key of alias/credstash: turn yearly rotation on; ${note}`,
    );
    expect((await bare.setUp()).plan[1]).toBe(`adopt key of alias/credstash: ${note}`);
  });

  test.each([
    [{ KeyUsage: 'SIGN_VERIFY', KeySpec: 'RSA_2048' }, /is not for encryption/],
    [{ KeySpec: 'RSA_2048' }, /is not symmetric/],
  ])('on a key of another kind is refused: %j', async (kind, message) => {
    await createKey(undefined, kind);
    bare.takeCalls();
    await expect(bare.setUp()).rejects.toMatchObject({
      code: 'ERR_KEY_UNAVAILABLE',
      message: expect.stringMatching(message),
    });
    expect(bare.takeCalls().filter((call) => !isReading(call))).toEqual([]);
  });

  test('on a key that KMS can not rotate is adopted as it is', async () => {
    await createKey(undefined, { Origin: 'EXTERNAL' });
    expect((await bare.setUp()).plan[1]).toBe('unchanged key of alias/credstash');
  });

  test.each([
    ['disabled', DisableKeyCommand, /it is Disabled.*aws kms enable-key --key-id [0-9a-f-]{36}\./],
    [
      'pending deletion',
      ScheduleKeyDeletionCommand,
      /PendingDeletion.*aws kms cancel-key-deletion --key-id [0-9a-f-]{36}, and then aws kms/,
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
    return Versions.map(({ VersionId }) => VersionId).reverse();
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

  test('has its versions told apart by their numbers', async () => {
    await create(text(table));
    const { iam } = bare.clients;
    for (let i = 2; i <= 12; i++) {
      const PolicyDocument = text(table);
      await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument }));
      const VersionId = `v${i - 3}`;
      if (i > 4 && i < 12) await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    }
    expect(await versions()).toEqual(['v1', 'v9', 'v10', 'v11', 'v12']);
    await bare.setUp();
    expect(await versions()).toEqual(['v1', 'v10', 'v11', 'v12', 'v13']);
  });

  test('with another text is given the tags, too', async () => {
    await create(text(table));
    await bare.setUp({ tags: { team: 'blue' } });
    expect((await bare.setUp({ tags: { team: 'blue' } })).plan).toEqual(UNCHANGED);
  });

  test('under another path is told from one that can be replaced', async () => {
    bare.aws.inject({ action: 'iam:CreatePolicy', error: 'EntityAlreadyExists' });
    await expect(bare.setUp()).rejects.toMatchObject({
      code: 'ERR_POLICY_TAKEN',
      message: expect.stringMatching(/has another path/),
    });
  });

  test.each([
    `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/credential-store`,
    `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/credential-store-prod`,
    'arn:aws:s3:::bucket/*',
    '*',
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

describe('a key that the policies name, and the alias does not point to', () => {
  /** Nothing is made, and the holders of the policies lose nothing. */
  async function expectRefusal(request: Partial<SetupRequest>, key: string) {
    bare.takeCalls();
    await expect(bare.setUp(request)).rejects.toMatchObject({
      code: 'ERR_POLICY_TAKEN',
      message: expect.stringMatching(new RegExp(`use ${key}, .*aws kms create-alias`)),
    });
    expect(bare.takeCalls().filter((call) => !isReading(call))).toEqual([]);
  }

  const keyOf = async (KeyId: string) => {
    const { KeyMetadata } = await bare.clients.kms.send(new DescribeKeyCommand({ KeyId }));
    return KeyMetadata?.Arn ?? '';
  };

  test('because another alias was given', async () => {
    await bare.setUp();
    const parameters = { ...NAMES, KeyAlias: 'alias/other' };
    await expectRefusal({ parameters }, await keyOf('alias/credstash'));
  });

  test('because the alias was deleted', async () => {
    const arn = await createKey();
    await bare.setUp();
    await bare.clients.kms.send(new DeleteAliasCommand({ AliasName: 'alias/credstash' }));
    await expectRefusal({}, arn);
  });

  test('because the alias was deleted, and the key is to be', async () => {
    await bare.setUp();
    const KeyId = await keyOf('alias/credstash');
    await bare.clients.kms.send(new DeleteAliasCommand({ AliasName: 'alias/credstash' }));
    await bare.clients.kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    await expectRefusal({}, KeyId);
  });
});

test('a key that has lost its alias is given it back', async () => {
  await bare.setUp();
  await bare.clients.kms.send(new DeleteAliasCommand({ AliasName: 'alias/credstash' }));
  const { plan } = await bare.setUp();
  expect(plan.slice(1)).toEqual([
    expect.stringMatching(/^adopt key of alias\/credstash: /),
    'create alias alias/credstash',
    'unchanged policy credstash-read-secrets',
    'unchanged policy credstash-write-secrets',
  ]);
});

describe('names that a service refuses', () => {
  test.each([
    [{ KeyAlias: 'credstash' }, /"credstash" is not a KMS alias: alias\/ and/],
    [{ KeyAlias: 'alias/aws/credstash' }, /not AWS's alias\/aws\//],
    [{ KeyAlias: 'alias/a b' }, /is not a KMS alias/],
    [{ TableName: 'ab' }, /"ab" is not a DynamoDB table's name: 3 to 255/],
    [{ TableName: 'a'.repeat(256) }, /is not a DynamoDB table's name/],
    [{ ReadPolicyName: 'a'.repeat(129) }, /is not an IAM policy's name/],
    [{ KeyAlias: `alias/${'a'.repeat(251)}` }, /is not a KMS alias/],
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

  test.each<Record<string, string>>([
    { 'aws:foo': 'bar' },
    { foo: '{}' },
    { ['k'.repeat(129)]: 'v' },
  ])('tag %j', async (tags) => {
    await expect(bare.setUp({ tags })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(/is not a tag: a key of 1 to 128 characters/),
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

test('a template that says more than is applied is refused', async () => {
  const context = await createContext(bare.clients);
  const values = parameterValues(TEMPLATE, {});
  for (const [id, resource] of Object.entries(TEMPLATE.Resources)) {
    const Properties = { ...resource.Properties, NotKnown: true };
    const Resources = { ...TEMPLATE.Resources, [id]: { ...resource, Properties } };
    await expect(planTemplate({ Resources }, values, context)).rejects.toThrow(/sets NotKnown/);
  }
});

test.each([
  'with an explicit deny in an identity-based policy',
  'because no service control policy allows the kms:CreateKey action',
  'because no permissions boundary allows the kms:CreateKey action',
])('no statement is said to allow what another policy refuses: %s', async (message) => {
  bare.aws.inject({ action: 'kms:CreateKey', error: 'AccessDeniedException', message });
  await expect(bare.setUp()).rejects.toMatchObject({
    code: 'ERR_ACCESS_DENIED',
    message: expect.stringMatching(/No statement of yours can allow it/),
  });
});
