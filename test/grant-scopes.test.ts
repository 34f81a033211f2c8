import { Aws, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import fc from 'fast-check';
import { Compartment, type GrantScope } from '../lib';
import { nameMatcher } from '../runtime/src/operations/pattern.js';
import { matchesPattern } from '../testbed/conditions';
import { role } from '../testbed/synthesized-aws';

const VERBS = ['grantRead', 'grantWrite', 'grantDelete', 'grantRewrap'] as const;

function granted(verb: (typeof VERBS)[number], scope: unknown): Template {
  const stack = new Stack();
  const grantee = role(stack, 'grantee');
  new Compartment(stack, 'Compartment', { bindNames: true })[verb](grantee, scope as GrantScope);
  return Template.fromStack(stack);
}

interface Policy {
  readonly Properties: { readonly PolicyDocument: { readonly Statement: Statement[] } };
}

interface Statement {
  readonly Condition: Record<string, Record<string, string | string[]>>;
}

function statements(template: Template): Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy')) as Policy[];
  return policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

describe.each(VERBS)('%s refuses a scope', (verb) => {
  test.each<[string, unknown, RegExp]>([
    ['without a field', {}, /The scope is empty.*pass no scope/],
    ['whose fields are undefined', { names: undefined, context: undefined }, /The scope is empty/],
    ['that is null', null, /A scope is an object/],
    ['with a field that it does not know', { name: ['app'] }, /names and context, and no name/],
    ['with a prefix', { prefix: 'app/' }, /no prefix\. Write names: \['app\/\*'\]/],
    ['with a mistyped field beside a right one', { names: ['a'], contxt: {} }, /no contxt/],
    ['without any name', { names: [] }, /at least one name/],
    ['whose names are one string', { names: 'app/*' }, /must be a list/],
    ['with an empty name', { names: [''] }, /"" is not the name/],
    ['with a name that is no string', { names: [undefined] }, /is not the name/],
    ['whose names are null', { names: null }, /must be a list/],
    ['whose context is null', { names: ['a'], context: null }, /must be an object/],
    ['with the name *', { names: ['a', '*'] }, /stands for every secret/],
    ['with a * before the end of a name', { names: ['a*b'] }, /has a \* before its end/],
    [
      'with more names than a policy holds',
      { names: Array.from({ length: 500 }, (_, i) => `app/${i}/password`) },
      /The names have \d+ characters, and a policy holds 6144/,
    ],
    ['with two * at the end of a name', { names: ['a**'] }, /has a \* before its end/],
  ])('%s', (_, scope, message) => {
    expect(() => granted(verb, scope)).toThrow(message);
  });

  test('whose name is known only on deployment', () => {
    const stack = new Stack();
    const name = new CfnParameter(stack, 'Name').valueAsString;
    const compartment = new Compartment(stack, 'Compartment');
    const grant = () => compartment[verb](role(stack, 'grantee'), { names: [`${name}/*`] });
    expect(grant).toThrow(/known only on deployment/);
  });
});

describe.each(['grantRead', 'grantWrite', 'grantRewrap'] as const)(
  '%s refuses a context',
  (verb) => {
    test.each<[string, unknown, RegExp]>([
      ['without pairs', {}, /would match every secret/],
      ['with an empty key', { '': 'prod' }, /must have a key/],
      ['with an empty value', { env: '' }, /must have a key, and a string/],
      ['with an undefined value', { env: undefined }, /must have a key, and a string/],
      [
        'whose keys differ only by case',
        { env: 'a', ENV: 'b' },
        /takes the context keys env and ENV/,
      ],
      ['with the bound name', { 'credstash:name': 'a' }, /is reserved: limit the grant by names/],
      ['with the bound name in another case', { 'Credstash:Name': 'a' }, /is reserved/],
      ['with the bound version', { 'credstash:version': '1' }, /is reserved/],
    ])('%s', (_, context, message) => {
      expect(() => granted(verb, { context })).toThrow(message);
    });
  },
);

test.each([
  ['AWS::NoValue', Aws.NO_VALUE, [{ Ref: 'AWS::NoValue' }]],
  ['nothing', Lazy.string({ produce: () => undefined }), []],
])('a value of a context that becomes %s does not remove the condition', (_, env, values) => {
  const [, key] = statements(granted('grantRead', { context: { env } }));
  expect(key?.Condition).toEqual({ StringEquals: { 'kms:EncryptionContext:env': values } });
});

test('grantDelete refuses a context, which the table does not know', () => {
  expect(() => granted('grantDelete', { context: { env: 'prod' } })).toThrow(
    /Limit the grant by names/,
  );
});

describe('a call without a scope, of which jsii makes one without a field in Python', () => {
  afterEach(() => {
    delete process.env.JSII_AGENT;
  });

  test.each(VERBS)('%s grants access to all secrets', (verb) => {
    const all = granted(verb, undefined).toJSON();
    process.env.JSII_AGENT = 'Python/3.13.0';
    expect(granted(verb, {}).toJSON()).toEqual(all);
  });

  test.each(VERBS)('%s refuses such a scope in Java, where somebody wrote it', (verb) => {
    process.env.JSII_AGENT = 'Java/21.0.1';
    expect(() => granted(verb, {})).toThrow(/The scope is empty/);
  });
});

test('an error about a scope names the construct', () => {
  expect(() => granted('grantRead', {})).toThrow(
    expect.objectContaining({ constructPath: 'Default/Compartment' }),
  );
});

test('many names make no more statements than one', () => {
  const one = statements(granted('grantRead', { names: ['a'] }));
  const names = Array.from({ length: 50 }, (_, i) => `app/${i}`);
  expect(statements(granted('grantRead', { names }))).toHaveLength(one.length);
});

test('a name of a scope matches what the same name matches in the CLI, at the table and at the key', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '?', '$', '{', '}', 'é') });
  const scopeName = fc
    .tuple(text, fc.constantFrom('', '*'))
    .map(([start, end]) => start + end)
    .filter((name) => name !== '' && name !== '*');
  fc.assert(
    fc.property(scopeName, text, fc.boolean(), (pattern, other, isNear) => {
      const name = isNear ? pattern.replace('*', '') + other : other;
      const [table, key] = statements(granted('grantRead', { names: [pattern] }));
      const atTable = table?.Condition['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
      const atKey = key?.Condition.StringLike?.['kms:EncryptionContext:credstash:name'];
      const expected = nameMatcher([pattern])(name);
      expect(matchesPattern(String(atTable), name)).toBe(expected);
      expect(matchesPattern(String(atKey), name)).toBe(expected);
    }),
    { numRuns: 30 },
  );
});
