import {
  CreatePolicyCommand,
  CreateRoleCommand,
  GetPolicyVersionCommand,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';

import { ACCOUNT } from '../../../testbed/index.js';
import { createClients } from '../../src/setup/clients.js';
import { Credstash } from '../../src/index.js';
import { BareAws, policyArn, REGION } from './bare.js';
import { policyText, TABLE_ARN } from './by-hand.js';

const SECOND = 'us-east-2';

let bare: BareAws;

beforeEach(async () => {
  bare = await BareAws.start();
});
afterEach(() => bare.aws.stop());

/** Clients for a table in the second region. */
const secondClients = (kmsRegion: string) =>
  createClients({ ...bare.target, region: SECOND }, { ...bare.target, region: kmsRegion });

const documentOf = async (name: string) => {
  const version = { PolicyArn: policyArn(name), VersionId: 'v1' };
  const { PolicyVersion } = await bare.clients.iam.send(new GetPolicyVersionCommand(version));
  return decodeURIComponent(PolicyVersion?.Document ?? '');
};

describe('setup in a second region, after the first', () => {
  beforeEach(() => bare.setUp());

  test.each([
    ['with the key of the first', REGION, 'unchanged'],
    ['with a key of its own', SECOND, 'create'],
  ])('makes the table, and policies with the region in their names: %s', async (_, of, key) => {
    const { plan } = await bare.setUp({}, secondClients(of));
    const text = (verb: string, name: string) =>
      `create policy credstash-${verb}-secrets-us-east-2: policy ${name} is kept, which is for ${TABLE_ARN}`;
    expect(plan).toEqual([
      'create table credential-store',
      `${key} key of alias/credstash`,
      `${key} alias alias/credstash`,
      text('read', 'credstash-read-secrets'),
      text('write', 'credstash-write-secrets'),
    ]);
    const { dynamodb, kms } = secondClients(of);
    const credstash = new Credstash({ dynamodb, kms });
    await credstash.put('foo', 'bar');
    expect(await credstash.get('foo')).toBe('bar');
    expect(await documentOf('credstash-read-secrets-us-east-2')).toContain(
      TABLE_ARN.replace(REGION, SECOND),
    );
    expect(await documentOf('credstash-read-secrets')).not.toContain(SECOND);
    expect((await bare.setUp({}, secondClients(of))).plan.join()).not.toMatch(/create|drifted/);
    expect((await bare.setUp()).plan.join()).not.toMatch(/create|drifted|us-east-2/);
  });

  test("attaches the policy of the table's region", async () => {
    const role = { RoleName: 'web', AssumeRolePolicyDocument: '{"Statement":[]}' };
    await bare.clients.iam.send(new CreateRoleCommand(role));
    await bare.setUp({ readers: ['web'] }, secondClients(REGION));
    const list = new ListAttachedRolePoliciesCommand({ RoleName: 'web' });
    const { AttachedPolicies = [] } = await bare.clients.iam.send(list);
    expect(AttachedPolicies.map(({ PolicyArn }) => PolicyArn)).toEqual([
      policyArn('credstash-read-secrets-us-east-2'),
    ]);
  });

  test('refuses when the name with the region is taken, too', async () => {
    const PolicyName = 'credstash-read-secrets-us-east-2';
    const create = (PolicyDocument: string) =>
      bare.clients.iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
    await create(policyText(`arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/credential-store`));
    await expect(bare.plan({}, secondClients(REGION))).rejects.toMatchObject({
      code: 'ERR_POLICY_TAKEN',
    });
  });
});

test('setup in two regions at once makes both tables, each with its policies', async () => {
  const plans = [await bare.plan(), await bare.plan({}, secondClients(SECOND))];
  for (const plan of plans) await plan.apply();
  const alias = new DescribeKeyCommand({ KeyId: 'alias/credstash' });
  const { KeyMetadata } = await secondClients(SECOND).kms.send(alias);
  expect(await documentOf('credstash-write-secrets-us-east-2')).toContain(KeyMetadata?.Arn);
  expect(await documentOf('credstash-write-secrets')).toContain(TABLE_ARN);
});
