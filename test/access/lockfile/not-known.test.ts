import { App, Aws, CfnCondition, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';

import { Compartment } from '../../../lib';
import { accessOf, type AccessReport } from '../../../lib/access/access';
import { compartmentsIn } from '../../../lib/access/tree';
import type { Template } from '../../../lib/access/template';
import { role } from '../../../testbed/synthesized-aws';

const HERE = { account: '111122223333', region: 'us-east-1' };

/** CDK warns of statements that are here on purpose. */
const QUIET = { '@aws-cdk/core:validateAgainstDefaultRules': false };

/** What is read of an app of one stack. */
function read(
  build: (secrets: Compartment, stack: Stack) => void,
  env?: typeof HERE,
): AccessReport {
  const app = new App({ context: QUIET });
  const stack = new Stack(app, 'Stack', { env });
  build(new Compartment(stack, 'Secrets'), stack);
  const { template } = app.synth().getStackByName('Stack') as { template: Template };
  const compartments = compartmentsIn(stack);
  const pathOf = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');
  return accessOf([{ path: 'Stack', stage: '', ...env, template, compartments, pathOf }]);
}

/** The verbs of a role whose only policy has these statements. */
function verbsOf(
  statements: (secrets: Compartment) => iam.PolicyStatementProps[],
  { isAgnostic = false } = {},
) {
  const report = read(
    (secrets, stack) => {
      const its = role(stack, 'its');
      for (const each of statements(secrets)) its.addToPolicy(new iam.PolicyStatement(each));
    },
    isAgnostic ? undefined : HERE,
  );
  const [compartment] = report.compartments;
  return compartment?.principals.find(({ principal }) => principal.label === 'role its')?.verbs;
}

const DECRYPT = 'kms:Decrypt';

test('A condition on another key is said as not known', () => {
  const conditions = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } };
  const verbs = verbsOf(({ tableArn }) => [
    { actions: ['dynamodb:GetItem'], resources: [tableArn], conditions },
  ]);
  expect(verbs?.read?.table).toEqual([{ notKnown: ['IpAddress aws:SourceIp 10.0.0.0/8'] }]);
});

test('A literal account in a stack whose account is not known is said as not known', () => {
  const resources = ['arn:aws:dynamodb:us-east-1:111122223333:table/credential-store'];
  const verbs = verbsOf(() => [{ actions: ['dynamodb:Scan'], resources }], { isAgnostic: true });
  expect(verbs?.list?.table).toEqual([{ notKnown: [`Resource ${resources[0]}`] }]);
});

test('The ARN of a key that only the deployment knows is said as not known', () => {
  const verbs = verbsOf(({ stack }) => {
    const arn = new CfnParameter(stack, 'KeyArn').valueAsString;
    return [{ actions: [DECRYPT], resources: [arn] }];
  });
  expect(verbs?.read?.key).toEqual([{ notKnown: ['Resource <KeyArn of Stack>'] }]);
});

test('NotAction and NotResource allow what they leave out', () => {
  expect(verbsOf(() => [{ notActions: ['iam:*'], resources: ['*'] }])?.read).toEqual({
    table: [{}],
    key: [{}],
  });
  const verbs = verbsOf(({ tableArn }) => [
    { actions: ['dynamodb:*', DECRYPT], notResources: [tableArn] },
  ]);
  expect(verbs).toEqual({ read: { table: [], key: [{}] } });
});

test('A Deny takes away what it is about, and is shown if it takes only a part', () => {
  const allow = { actions: [DECRYPT], resources: ['*'] };
  const deny = { ...allow, effect: iam.Effect.DENY };
  const conditions = { StringEquals: { 'kms:EncryptionContext:env': 'prod' } };
  expect(verbsOf(() => [allow, deny])).toBeUndefined();
  expect(verbsOf(() => [allow, { ...deny, conditions }])?.read?.key).toEqual([
    { except: [{ context: { env: ['prod'] } }] },
  ]);
});

test('A permissions boundary, and a policy that the app does not define, are said', () => {
  const report = read((_, stack) => {
    const its = role(stack, 'its');
    its.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess'));
    const arn = 'arn:aws:iam::111122223333:policy/boundary';
    iam.PermissionsBoundary.of(its).apply(iam.ManagedPolicy.fromManagedPolicyArn(stack, 'B', arn));
  }, HERE);
  expect(report.notKnown).toEqual([
    'role its: what the permissions boundary arn:aws:iam::111122223333:policy/boundary refuses',
    'role its: what the policy arn:aws:iam::aws:policy/ReadOnlyAccess allows',
  ]);
});

test('An imported compartment has its grants, and its policies are said as not known', () => {
  const report = read((_, stack) => {
    const secrets = Compartment.fromCompartmentName(stack, 'Imported', 'prod');
    secrets.grants.read(role(stack, 'its'), { names: ['app/*'] });
  }, HERE);
  const imported = report.compartments.find(({ parts }) => parts.name === 'prod');
  expect(imported?.parts.notKnown).toEqual([
    'the policy of the table, which the app does not define',
    'the policy of the key, which the app does not define',
  ]);
  expect(imported?.principals.map(({ principal, verbs }) => [principal.label, verbs])).toEqual([
    ['role its', { read: { table: [{ names: ['app/*'] }], key: [{}] } }],
  ]);
});

test('A role that is imported by name has what the app gives it', () => {
  const report = read((secrets, stack) => {
    secrets.grantRead(iam.Role.fromRoleName(stack, 'Its', 'its'), { names: ['app/*'] });
  }, HERE);
  const labels = report.compartments[0]?.principals.map(({ principal }) => principal.label);
  expect(labels).toContain('role its of 111122223333');
});

const isHere = (stack: Stack) =>
  new CfnCondition(stack, 'IsHere', { expression: Fn.conditionEquals(Aws.REGION, 'us-east-1') });

test('A Deny in a policy that the deployment may leave out is said as not known', () => {
  const report = read((secrets, stack) => {
    const its = role(stack, 'its');
    secrets.grantRead(its, { names: ['app/*'] });
    const statements = [
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        actions: [DECRYPT],
        resources: ['*'],
      }),
    ];
    const policy = new iam.Policy(stack, 'Refuses', { roles: [its], statements });
    (policy.node.defaultChild as iam.CfnPolicy).cfnOptions.condition = isHere(stack);
  }, HERE);
  const its = report.compartments[0]?.principals.find(({ principal }) =>
    principal.label.startsWith('role'),
  );
  expect(its?.verbs.read?.key).toEqual([{ except: [{ notKnown: ['Condition IsHere of Stack'] }] }]);
});

test('What only the deployment knows may have angle brackets in it', () => {
  const verbs = verbsOf(({ stack, tableArn }) => {
    isHere(stack);
    const either = Fn.conditionIf('IsHere', tableArn, '<none>').toString();
    return [{ actions: ['dynamodb:DeleteItem'], resources: [either] }];
  });
  expect(verbs?.delete?.table).toEqual([
    { notKnown: [expect.stringMatching(/^Resource <Fn::If .*‹none›"\]>$/)] },
  ]);
});

test('An alias of a key that the app does not define is said as not known', () => {
  const report = read((_, stack) => {
    const arn = 'arn:aws:kms:us-east-1:111122223333:key/1';
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', arn);
    new Compartment(stack, 'Other', { compartmentName: 'other', encryptionKey });
    const conditions = { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/its' } };
    role(stack, 'its').addToPolicy(
      new iam.PolicyStatement({ actions: [DECRYPT], resources: ['*'], conditions }),
    );
  }, HERE);
  const other = report.compartments.find(({ parts }) => parts.name === 'other');
  const its = other?.principals.find(({ principal }) => principal.label.startsWith('role'));
  expect(its?.verbs.read?.key).toEqual([
    { notKnown: ['ForAnyValue:StringEquals kms:ResourceAliases alias/its'] },
  ]);
});

test('What a group allows that the app does not define is said as not known', () => {
  const report = read((_, stack) => {
    new iam.User(stack, 'its', { groups: [iam.Group.fromGroupName(stack, 'G', 'admins')] });
  }, HERE);
  expect(report.notKnown).toEqual(['user its: what the group admins of 111122223333 allows']);
});

test('Indexes and a stream of the table are said as not read', () => {
  const report = read(({ table }) => {
    const partitionKey = { name: 'version', type: dynamodb.AttributeType.STRING };
    const its = table as dynamodb.TableV2;
    its.addGlobalSecondaryIndex({ indexName: 'by-version', partitionKey });
    (its.node.defaultChild as dynamodb.CfnGlobalTable).streamSpecification = {
      streamViewType: 'NEW_IMAGE',
    };
  }, HERE);
  expect(report.compartments[0]?.parts.notKnown).toEqual([
    'access to the indexes of the table',
    'access to the stream of the table',
  ]);
});

test('Fn::Transform is said as not read', () => {
  const report = read((_, stack) => {
    const its = role(stack, 'its').node.defaultChild as iam.CfnRole;
    its.addPropertyOverride('Policies', [
      { PolicyName: 'its', PolicyDocument: { 'Fn::Transform': { Name: 'AWS::Include' } } },
    ]);
  }, HERE);
  expect(report.notKnown).toEqual(['what Fn::Transform changes in Stack']);
});
