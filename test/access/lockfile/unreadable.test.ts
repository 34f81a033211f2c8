import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

import { Compartment } from '../../../lib';
import { accessOf, type AccessReport } from '../../../lib/access/access';
import { compartmentsIn } from '../../../lib/access/tree';
import type { Template } from '../../../lib/access/template';

const HERE = { account: '111122223333', region: 'us-east-1' };

/** What only the deployment knows. */
const IF = { 'Fn::If': ['IsProd', 'one', 'other'] };
const SAID = '<Fn::If ["IsProd","one","other"]>';

/** What is read of an app whose template was changed before. */
function read(
  change: (resources: Record<string, Resource>, template: object) => void,
): AccessReport {
  const app = new App({ context: { '@aws-cdk/core:validateAgainstDefaultRules': false } });
  const stack = new Stack(app, 'Stack', { env: HERE });
  const secrets = new Compartment(stack, 'Secrets');
  const its = new iam.Role(stack, 'its', { assumedBy: new iam.AccountRootPrincipal() });
  secrets.grantRead(its);
  const { template } = app.synth().getStackByName('Stack') as { template: Template };
  const resources = template.Resources as Record<string, Resource>;
  change(resources, template);
  const compartments = compartmentsIn(stack);
  const pathOf = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');
  return accessOf([{ path: 'Stack', stage: '', ...HERE, template, compartments, pathOf }]);
}

interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

type Fields = Record<string, unknown>;

function resource(resources: Record<string, Resource>, type: string): Fields {
  const found = Object.values(resources).find(({ Type }) => Type === type);
  if (!found) throw new Error(`No ${type}`);
  return found.Properties;
}

/** Change all statements of the role. */
function changed(change: (statement: Fields) => void) {
  return read((resources) => {
    const { Statement } = resource(resources, 'AWS::IAM::Policy').PolicyDocument as Fields;
    (Statement as Fields[]).forEach(change);
  });
}

const verbsOf = ({ compartments }: AccessReport, who: string) =>
  compartments[0]?.principals.find(({ principal }) => principal.label === who)?.verbs;

test('Without a change, it can read', () => {
  expect(
    verbsOf(
      changed(() => undefined),
      'role its',
    )?.read,
  ).toEqual({ table: [{}], key: [{}] });
});

describe('What cannot be read of a statement is said as not known, and so is what it denies:', () => {
  test.each<[string, (statement: Fields) => void, string[]]>([
    ['its effect', (its) => (its.Effect = IF), [`the effect ${SAID} allows`]],
    ['its actions', (its) => (its.Action = IF), [`Action ${SAID.toLowerCase()}`]],
    ['one of its actions', (its) => (its.Action = [IF]), [`Action ${SAID.toLowerCase()}`]],
    ['its resources', (its) => (its.Resource = IF), [`Resource ${SAID}`]],
    ['one of its resources', (its) => (its.Resource = [IF]), [`Resource ${SAID}`]],
    ['its conditions', (its) => (its.Condition = IF), [`Condition ${SAID}`]],
    [
      'what an operator compares',
      (its) => (its.Condition = { StringEquals: IF }),
      [`StringEquals ${SAID}`],
    ],
    [
      'a value of a condition',
      (its) => (its.Condition = { StringLike: { 'aws:PrincipalTag/team': IF } }),
      [`StringLike aws:PrincipalTag/team ${SAID}`],
    ],
  ])('%s', (_, change, notKnown) => {
    const verbs = verbsOf(changed(change), 'role its');
    expect(verbs?.read?.table).toContainEqual(expect.objectContaining({ notKnown }));
    const denying = verbsOf(
      changed((its) => {
        if ([its.Action].flat().some((each) => String(each).startsWith('kms:'))) return;
        change(its);
        if (its.Effect === 'Allow') its.Effect = 'Deny';
      }),
      'role its',
    );
    expect(denying?.read?.table ?? []).not.toContainEqual({});
  });

  test.each<[string, (policy: Fields) => void]>([
    ['one of its statements', (its) => (its.PolicyDocument = { Statement: [IF] })],
    ['its statements', (its) => (its.PolicyDocument = { Statement: IF })],
    ['its document', (its) => (its.PolicyDocument = IF)],
  ])('of a policy, %s', (_, change) => {
    const report = read((resources) => change(resource(resources, 'AWS::IAM::Policy')));
    const verbs = verbsOf(report, 'role its');
    expect(Object.keys(verbs ?? {})).toEqual(expect.arrayContaining(['read', 'write', 'control']));
    expect(verbs?.read?.table).toEqual([
      {
        notKnown: [`the statement ${SAID} allows`],
        except: [{ notKnown: [`the statement ${SAID} denies`] }],
      },
    ]);
  });
});

test('A policy of a role, of the table and of the key that cannot be read shows', () => {
  const [inline, table, key] = [
    read((all) => (resource(all, 'AWS::IAM::Role').Policies = IF)),
    read((all) => (resource(all, 'AWS::DynamoDB::GlobalTable').Replicas = IF)),
    read((all) => (resource(all, 'AWS::KMS::Key').KeyPolicy = IF)),
  ] as const;
  const said = expect.objectContaining({ notKnown: [`the statement ${SAID} allows`] }) as unknown;
  expect(verbsOf(inline, 'role its')?.write?.table).toEqual([said]);
  expect(verbsOf(table, 'anybody')?.read?.table).toEqual([said]);
  expect(verbsOf(key, 'anybody')?.read?.key).toEqual([said]);
});

test('Managed policies and holders that cannot be read show', () => {
  const report = read((all) => (resource(all, 'AWS::IAM::Role').ManagedPolicyArns = IF));
  expect(report.notKnown).toContain(`role its: what the policy ${SAID} allows`);
  const held = read((all) => (resource(all, 'AWS::IAM::Policy').Roles = [IF]));
  expect(verbsOf(held, `role ${SAID} of ${HERE.account}`)?.read).toBeDefined();
});

test('What is left out of a template, as AWS::NoValue, is not there', () => {
  const report = changed((its) => (its.Condition = { Ref: 'AWS::NoValue' }));
  expect(verbsOf(report, 'role its')?.read).toEqual({ table: [{}], key: [{}] });
});

test('A transform, a replica of the key and an SCP may change more than is read', () => {
  const report = read((resources, template) => {
    Object.assign(template, { Transform: ['AWS::LanguageExtensions', { Name: 'Ours' }] });
    resources.Replica = { Type: 'AWS::KMS::ReplicaKey', Properties: {} };
    resources.Scp = { Type: 'AWS::Organizations::Policy', Properties: {} };
  });
  expect(report.notKnown).toEqual([
    'what Replica changes, an AWS::KMS::ReplicaKey',
    'what Scp changes, an AWS::Organizations::Policy',
    'what the transform AWS::LanguageExtensions changes in Stack',
    'what the transform Ours changes in Stack',
  ]);
});
