import { CreateRoleCommand, ListAttachedRolePoliciesCommand } from '@aws-sdk/client-iam';
import { ListKeysCommand } from '@aws-sdk/client-kms';

import { ACCOUNT } from '../../../testbed/index.js';
import { COMPARTMENT_TEMPLATE } from '../../../testbed/test-aws.js';
import { planSetup } from '../../src/setup/setup.js';
import type { Template } from '../../src/setup/template.js';
import { Credstash } from '../../src/index.js';
import { BareAws, NAMES, policyArn, UNCHANGED } from './bare.js';

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

describe('setup in an empty account', () => {
  test('creates everything that put and get need', async () => {
    const { plan } = await bare.setUp();
    expect(plan).toEqual(UNCHANGED.map((line) => line.replace('unchanged', 'create')));
    const { dynamodb, kms } = bare.clients;
    const credstash = new Credstash({ compartment: 'credstash', dynamodb, kms });
    await credstash.put('foo', 'bar');
    expect(await credstash.get('foo')).toBe('bar');
  });

  test('changes nothing while it plans', async () => {
    await bare.plan();
    expect(bare.takeChanges()).toEqual([]);
  });

  test('changes nothing when it runs again, and says so', async () => {
    await bare.setUp();
    bare.takeCalls();
    const { plan, told } = await bare.setUp();
    expect(plan).toEqual(UNCHANGED);
    expect(told).toEqual([]);
    expect(bare.takeChanges()).toEqual([]);
  });

  test('keeps two compartments apart', async () => {
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

  test('tags what it creates, and what lacks the tags', async () => {
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

describe('setup with roles', () => {
  test('attaches the policies once', async () => {
    await createRole('web');
    await createRole('ci');
    const request = { readers: ['web', 'web'], writers: ['ci'] };
    expect((await bare.setUp(request)).plan.slice(5)).toEqual([
      'create attachment of credstash-read-secrets to web',
      'create attachment of credstash-write-secrets to ci',
    ]);
    expect(await attached('web')).toEqual([policyArn('credstash-read-secrets')]);
    expect(await attached('ci')).toEqual([policyArn('credstash-write-secrets')]);
    bare.takeCalls();
    expect((await bare.setUp(request)).plan.slice(5)).toEqual([
      'unchanged attachment of credstash-read-secrets to web',
      'unchanged attachment of credstash-write-secrets to ci',
    ]);
    expect(bare.takeChanges()).toEqual([]);
  });

  test('names missing roles before it creates anything', async () => {
    await createRole('web');
    await bare.expectRefusal('ERR_ROLE_NOT_FOUND', /nobody/, { readers: ['web', 'nobody'] });
  });
});

describe('checkSetup refuses', () => {
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
  ])('the names %j', async (names, message) => {
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
  ])('the tag %j', async (tags) => {
    await expect(bare.setUp({ tags })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(/is not a tag: a key of 1 to 128 characters/),
    });
    expect(bare.takeCalls()).toEqual([]);
  });

  test.each(['a b', 'path/name', `arn:aws:iam::${ACCOUNT}:role/web`])(
    'the role %s',
    async (role) => {
      await expect(bare.setUp({ writers: [role] })).rejects.toMatchObject({
        code: 'ERR_INVALID_ARGUMENT',
        message: expect.stringMatching(/not an IAM role's name/),
      });
      expect(bare.takeCalls()).toEqual([]);
    },
  );
});

test('planSetup refuses a template that sets more than it applies', async () => {
  const request = { parameters: NAMES, readers: [], writers: [] };
  const plan = (Resources: Template['Resources']) =>
    planSetup({ ...COMPARTMENT_TEMPLATE, Resources }, request, bare.clients);
  for (const [id, resource] of Object.entries(COMPARTMENT_TEMPLATE.Resources)) {
    const Properties = { ...resource.Properties, NotKnown: true };
    const more = plan({ ...COMPARTMENT_TEMPLATE.Resources, [id]: { ...resource, Properties } });
    await expect(more).rejects.toThrow(/sets NotKnown/);
  }
  const Queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } };
  await expect(plan({ ...COMPARTMENT_TEMPLATE.Resources, Queue })).rejects.toThrow(
    /AWS::SQS::Queue/,
  );
});

test.each([
  'with an explicit deny in an identity-based policy',
  'because no service control policy allows the kms:CreateKey action',
  'because no permissions boundary allows the kms:CreateKey action',
])('setup suggests no statement when another policy refuses: %s', async (message) => {
  bare.aws.inject({ action: 'kms:CreateKey', error: 'AccessDeniedException', message });
  await expect(bare.setUp()).rejects.toMatchObject({
    code: 'ERR_ACCESS_DENIED',
    message: expect.stringMatching(/A policy denies it/),
  });
});
