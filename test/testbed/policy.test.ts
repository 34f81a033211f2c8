import { conditionHolds, matchesPattern } from '../../testbed/conditions';
import { identityVerdict, resourceVerdict, type PolicyDocument } from '../../testbed/policy';

const TABLE = 'arn:aws:dynamodb:us-east-1:111122223333:table/credential-store';

const request = (action: string, resource = TABLE, context = {}) => ({ action, resource, context });

const allow = (Action: string | string[], more = {}) =>
  ({ Effect: 'Allow', Action, Resource: '*', ...more }) as const;

const deny = (Action: string | string[], more = {}) =>
  ({ Effect: 'Deny', Action, Resource: '*', ...more }) as const;

const policy = (...Statement: (ReturnType<typeof allow> | ReturnType<typeof deny>)[]) =>
  ({ Statement }) as PolicyDocument;

describe('identityVerdict', () => {
  test('returns Allow only for an action that a policy allows', () => {
    expect(identityVerdict([], request('dynamodb:Query'))).toBeUndefined();
    const policies = [policy(allow('dynamodb:GetItem'))];
    expect(identityVerdict(policies, request('dynamodb:Query'))).toBeUndefined();
    expect(identityVerdict(policies, request('dynamodb:GetItem'))).toBe('Allow');
  });

  test('returns Deny when any policy denies, whatever others allow', () => {
    const policies = [policy(allow('*')), policy(deny('dynamodb:Query'))];
    expect(identityVerdict(policies, request('dynamodb:Query'))).toBe('Deny');
    expect(identityVerdict(policies, request('dynamodb:GetItem'))).toBe('Allow');
    expect(identityVerdict([...policies].reverse(), request('dynamodb:Query'))).toBe('Deny');
  });

  test.each([
    ['dynamodb:*', TABLE, true],
    ['dynamodb:Q*', TABLE, true],
    ['DynamoDB:query', TABLE, true],
    ['dynamodb:Quer?', TABLE, true],
    ['dynamodb:Que', TABLE, false],
    ['dynamodb:Query', 'arn:aws:dynamodb:*:*:table/credential-*', true],
    ['dynamodb:Query', 'arn:aws:dynamodb:us-east-1:111122223333:table/credential', false],
    ['dynamodb:Query', TABLE.toUpperCase(), false],
    [['kms:Decrypt', 'dynamodb:Query'], ['x', TABLE], true],
  ])('allows dynamodb:Query by %p on %p: %p', (Action, Resource, allowed) => {
    const policies = [policy(allow(Action as string, { Resource }))];
    expect(identityVerdict(policies, request('dynamodb:Query')) === 'Allow').toBe(allowed);
  });

  test('returns Allow under conditions only when all of them hold', () => {
    const Condition = {
      StringEquals: { 'dynamodb:Select': 'COUNT', 'dynamodb:ReturnValues': ['NONE', 'ALL_OLD'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    };
    const policies = [policy(allow('*', { Condition }))];
    const context = {
      'dynamodb:select': ['COUNT'],
      'dynamodb:returnvalues': ['ALL_OLD'],
      'dynamodb:leadingkeys': ['a'],
    };
    expect(identityVerdict(policies, request('x', 'y', context))).toBe('Allow');
    for (const key of Object.keys(context)) {
      const without = { ...context, [key]: undefined };
      expect(identityVerdict(policies, request('x', 'y', without))).toBeUndefined();
    }
  });

  test("throws for an element of a policy that it doesn't know", () => {
    const policies = [policy(allow('*', { NotResource: 'x' }))];
    expect(() => identityVerdict(policies, request('x'))).toThrow(/NotResource/);
  });
});

test('resourceVerdict decides only for the principals that the policy names', () => {
  const named = (AWS: string | string[]) => policy(allow('kms:*', { Principal: { AWS } }));
  const arns = ['arn:aws:iam::1:role/a'];
  const verdict = (document: PolicyDocument) =>
    resourceVerdict(document, arns, request('kms:Decrypt'));
  expect(verdict(named('arn:aws:iam::1:role/a'))).toBe('Allow');
  expect(verdict(named(['arn:aws:iam::1:role/b', 'arn:aws:iam::1:role/a']))).toBe('Allow');
  expect(verdict(named('arn:aws:iam::1:role/b'))).toBeUndefined();
  expect(verdict(named('*'))).toBe('Allow');
  expect(verdict(policy(allow('kms:*', { Principal: '*' })))).toBe('Allow');
  expect(verdict(policy(allow('kms:*')))).toBeUndefined();
});

describe('conditionHolds', () => {
  test.each<[string, string[] | undefined, string[], boolean]>([
    ['StringEquals', ['a'], ['a'], true],
    ['StringEquals', ['a'], ['b', 'a'], true],
    ['StringEquals', ['A'], ['a'], false],
    ['StringEquals', ['ab'], ['a*'], false],
    ['StringEquals', undefined, ['a'], false],
    ['StringLike', ['app/x'], ['app/*'], true],
    ['StringLike', ['ap'], ['app/*'], false],
    ['StringEqualsIfExists', undefined, ['a'], true],
    ['StringEqualsIfExists', ['b'], ['a'], false],
    ['StringEqualsIfExists', ['a'], ['a'], true],
    ['ForAllValues:StringEquals', ['name', 'version'], ['name', 'version', 'comment'], true],
    ['ForAllValues:StringEquals', ['name', 'contents'], ['name', 'version'], false],
    ['ForAllValues:StringEquals', undefined, ['name'], true],
    ['ForAllValues:StringLike', ['app/a', 'app/b'], ['app/*'], true],
    ['ForAllValues:StringLike', ['app/a', 'b'], ['app/*'], false],
    ['ForAllValues:StringLike', undefined, ['app/*'], true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['b'], true],
    ['ForAnyValue:StringEquals', undefined, ['b'], false],
    ['ForAnyValue:StringNotEquals', undefined, ['b'], false],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['b'], true],
    ['Null', undefined, ['true'], true],
    ['Null', ['a'], ['true'], false],
    ['Null', ['a'], ['false'], true],
    ['Null', undefined, ['false'], false],
  ])('for %s of %j against %j is %p', (operator, actual, wanted, holds) => {
    expect(conditionHolds(operator, actual, wanted)).toBe(holds);
  });

  test('throws for an unknown operator', () => {
    expect(() => conditionHolds('NumericLessThan', ['1'], ['2'])).toThrow(/NumericLessThan/);
  });
});

test.each([
  ['*', '', true],
  ['a*c', 'a\n/bc', true],
  ['a?c', 'ac', false],
  ['a.c', 'abc', false],
  ['${*}', '*', true],
  ['${*}', 'x', false],
  ['${?}${$}{[-]', '?${[-]', true],
])('matchesPattern of %j and %j is %p', (pattern, text, matches) => {
  expect(matchesPattern(pattern, text)).toBe(matches);
});
