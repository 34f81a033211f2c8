import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

import { Compartment } from '../../../lib';
import { accessOf, type PrincipalAccess } from '../../../lib/access/access';
import { compartmentsIn } from '../../../lib/access/tree';
import type { Template } from '../../../lib/access/template';
import { role } from '../../../testbed/synthesized-aws';

const HERE = { account: '111122223333', region: 'us-east-1' };

type Statement = Pick<iam.PolicyStatementProps, 'actions' | 'conditions' | 'effect'>;

/** The verbs of a role that has these statements, of all resources. */
function verbsOf(...statements: Statement[]): PrincipalAccess['verbs'] {
  const app = new App({ context: { '@aws-cdk/core:validateAgainstDefaultRules': false } });
  const stack = new Stack(app, 'Stack', { env: HERE });
  new Compartment(stack, 'Secrets');
  const its = role(stack, 'its');
  for (const each of statements) {
    its.addToPolicy(new iam.PolicyStatement({ ...each, resources: ['*'] }));
  }
  const { template } = app.synth().getStackByName('Stack') as { template: Template };
  const compartments = compartmentsIn(stack);
  const pathOf = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');
  const [report] = accessOf([
    { path: 'Stack', stage: '', ...HERE, template, compartments, pathOf },
  ]).compartments;
  return report?.principals.find(({ principal }) => principal.label === 'role its')?.verbs ?? {};
}

const DECRYPT: Statement = { actions: ['kms:Decrypt'] };
const EVERYTHING = { table: [{}], key: [{}] };

/** A statement for requests that name some attributes, and ask for no others. */
const only = (action: string, ...attributes: string[]): Statement => ({
  actions: [`dynamodb:${action}`],
  conditions: {
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': attributes },
    StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    Null: { 'dynamodb:Attributes': 'false' },
  },
});

describe('With Decrypt, it reads that has', () => {
  test.each<[string, Statement[]]>([
    ['PartiQLUpdate, which can return the item', [{ actions: ['dynamodb:PartiQLUpdate'] }]],
    ['PartiQLDelete, which can return the item', [{ actions: ['dynamodb:PartiQLDelete'] }]],
    ['all attributes but the HMAC', [only('Query', 'name', 'key', 'contents')]],
    [
      'the data key and the contents in two requests',
      [only('Scan', 'key'), only('Query', 'name', 'contents')],
    ],
    [
      'an update of comments, which returns the item if a condition of it fails',
      [only('UpdateItem', 'name', 'version', 'comment')],
    ],
  ])('%s', (_, statements) => {
    expect(verbsOf(DECRYPT, ...statements).read).toEqual(EVERYTHING);
  });
});

test('Who fetches no contents cannot read', () => {
  expect(verbsOf(DECRYPT, only('Query', 'name', 'version', 'key')).read?.table).toEqual([]);
});

describe('With PutItem, it writes that has', () => {
  test.each<[string, string[]]>([
    ['Decrypt, with the data key of an item', ['Decrypt']],
    ['ReEncryptTo, with a data key of another key', ['ReEncryptTo']],
    [
      'GenerateDataKeyWithoutPlaintext, and opens what that gives',
      ['GenerateDataKeyWithoutPlaintext', 'Decrypt'],
    ],
  ])('%s', (_, actions) => {
    const onKey = { actions: actions.map((each) => `kms:${each}`) };
    expect(verbsOf({ actions: ['dynamodb:PutItem'] }, onKey).write).toEqual(EVERYTHING);
  });
});

test('Who stores nothing has no half of a write by Decrypt or ReEncryptTo', () => {
  const verbs = verbsOf({ actions: ['kms:Decrypt', 'kms:ReEncryptTo', 'dynamodb:GetItem'] });
  expect(Object.keys(verbs)).not.toContain('write');
});

test('PartiQLUpdate writes, with a data key', () => {
  const verbs = verbsOf({ actions: ['dynamodb:PartiQLUpdate', 'kms:GenerateDataKey'] });
  expect(verbs.write).toEqual(EVERYTHING);
});

test.each<[string, Statement]>([
  ['a Scan of names alone', only('Scan', 'name')],
  ['PartiQLSelect', { actions: ['dynamodb:PartiQLSelect'] }],
])('It lists that has %s', (_, statement) => {
  expect(verbsOf(statement).list).toEqual({ table: [{}] });
});

test('It changes who has access that can delete the policy of the table', () => {
  expect(verbsOf({ actions: ['dynamodb:DeleteResourcePolicy'] })).toEqual({
    control: { table: [{}] },
  });
});

test('A Deny with ForAnyValue and a negation does not refuse what has no such key, such as a scan', () => {
  const deny = {
    effect: iam.Effect.DENY,
    actions: ['dynamodb:*'],
    conditions: { 'ForAnyValue:StringNotLike': { 'dynamodb:LeadingKeys': 'app/*' } },
  };
  expect(verbsOf(DECRYPT, { actions: ['dynamodb:Scan'] }, deny).read).toEqual(EVERYTHING);
});
