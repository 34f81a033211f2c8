import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { App, CfnParameter, Fn, NestedStack, Stack, Validations } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

import { Compartment, CompartmentAccess } from '../../../lib';
import type { Lockfile } from '../../../lib/access/lockfile';
import { role } from '../../../testbed/synthesized-aws';

const HERE = { account: '111122223333', region: 'us-east-1' };
const NAMES = { names: ['app/*'] };
const READS_NAMES = { read: { table: [NAMES], key: [{}] } };

/** What the lockfile says of an app. */
function locked(build: (secrets: Compartment, stack: Stack, app: App) => void): Lockfile {
  const directory = mkdtempSync(join(tmpdir(), 'credstash-access-'));
  const app = new App({ context: { '@aws-cdk/core:validateAgainstDefaultRules': false } });
  Validations.of(app).addPlugins(new CompartmentAccess({ directory }));
  const stack = new Stack(app, 'Stack', { env: HERE, crossRegionReferences: true });
  build(new Compartment(stack, 'Secrets'), stack, app);
  try {
    app.synth();
    return JSON.parse(readFileSync(join(directory, 'credstash-access.json'), 'utf8')) as Lockfile;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const said = (lockfile: Lockfile, who: string) =>
  lockfile.compartments['Stack/Secrets']?.principals[who];

test('A role in a nested stack, and in one nested in that, has what it is granted', () => {
  const lockfile = locked((secrets, stack) => {
    const nested = new NestedStack(stack, 'Nested');
    secrets.grantRead(role(nested, 'one'), NAMES);
    secrets.grantRead(role(new NestedStack(nested, 'Deeper'), 'other'), NAMES);
  });
  expect(said(lockfile, 'role Stack/Nested/one')).toEqual(READS_NAMES);
  expect(said(lockfile, 'role Stack/Nested/Deeper/other')).toEqual(READS_NAMES);
  expect(lockfile.notKnown).toEqual([]);
});

test('A compartment in a nested stack is known, and who reads it from around it', () => {
  const { compartments } = locked((_, stack) => {
    const nested = new NestedStack(stack, 'Nested');
    const secrets = new Compartment(nested, 'Secrets', { compartmentName: 'prod' });
    secrets.grantRead(role(stack, 'reader'), NAMES);
  });
  expect(compartments['Stack/Nested/Secrets']?.principals['role Stack/reader']).toEqual(
    READS_NAMES,
  );
});

test('A role in another stack, and in one of another region, has what it is granted', () => {
  const lockfile = locked((secrets, _, app) => {
    const near = new Stack(app, 'Near', { env: HERE });
    secrets.grantRead(role(near, 'near'), NAMES);
    const env = { ...HERE, region: 'eu-west-1' };
    const far = new Stack(app, 'Far', { env, crossRegionReferences: true });
    secrets.grantRead(role(far, 'far'), NAMES);
  });
  expect(said(lockfile, 'role Near/near')).toEqual(READS_NAMES);
  expect(said(lockfile, 'role Far/far')).toEqual(READS_NAMES);
});

test('An ARN that Fn::Sub makes is known', () => {
  const lockfile = locked((_, stack) => {
    const table = 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${Owner}:table/credential-store';
    const resources = [Fn.sub(table, { Owner: stack.account })];
    const actions = ['dynamodb:PutItem'];
    role(stack, 'writer').addToPolicy(new iam.PolicyStatement({ actions, resources }));
    Validations.of(stack).acknowledge({ id: 'CompartmentAccess::HalfGrant', reason: 'A test' });
  });
  expect(said(lockfile, 'role Stack/writer')).toEqual({ write: { table: [{}], key: [] } });
});

test('A compartment whose ARNs only the deployment knows is there, and may be any other', () => {
  const { compartments } = locked((_, stack) => {
    const imported = Compartment.fromCompartmentAttributes(stack, 'Imported', {
      compartmentName: 'prod',
      tableArn: new CfnParameter(stack, 'TableArn').valueAsString,
      keyArn: new CfnParameter(stack, 'KeyArn').valueAsString,
    });
    imported.grants.read(role(stack, 'reader'), NAMES);
  });
  const { name, table, principals } = compartments['Stack/Imported'] ?? {};
  expect([name, table]).toEqual(['prod', '<TableArn of Stack>']);
  expect(principals?.['role Stack/reader']).toEqual(READS_NAMES);
  const maybe = compartments['Stack/Secrets']?.principals['role Stack/reader'];
  expect(maybe?.read?.table).toEqual([{ ...NAMES, notKnown: ['Resource <TableArn of Stack>'] }]);
});

test('A role in a stack whose account is not known may be of the account', () => {
  const lockfile = locked((_, stack, app) => {
    const actions = ['dynamodb:DeleteItem'];
    const statement = new iam.PolicyStatement({ actions, resources: ['*'] });
    role(new Stack(app, 'Anywhere'), 'its').addToPolicy(statement);
  });
  const notKnown = ['<id of the account> is 111122223333'];
  expect(said(lockfile, 'role Anywhere/its')).toEqual({ delete: { table: [{ notKnown }] } });
});

test('A user has what its group has, whichever of them names the other', () => {
  const lockfile = locked((secrets, stack) => {
    const group = new iam.Group(stack, 'group');
    secrets.grantRead(group, NAMES);
    new iam.User(stack, 'member', { groups: [group] });
    const { userName } = new iam.User(stack, 'added');
    new iam.CfnUserToGroupAddition(stack, 'Addition', {
      groupName: group.groupName,
      users: [userName, 'bob'],
    });
  });
  for (const who of ['group Stack/group', 'user Stack/member', 'user Stack/added']) {
    expect(said(lockfile, who)).toEqual(READS_NAMES);
  }
  expect(said(lockfile, 'user bob of 111122223333')).toEqual(READS_NAMES);
});

test('A key without a policy leaves all to its account', () => {
  const { compartments } = locked((_, stack) => {
    const { attrArn } = new kms.CfnKey(stack, 'Key');
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Imported', attrArn);
    const secrets = new Compartment(stack, 'Other', { compartmentName: 'other', encryptionKey });
    secrets.grantRead(role(stack, 'reader'), NAMES);
  });
  const { bindsNames, principals } = compartments['Stack/Other'] ?? {};
  expect([bindsNames, principals?.['role Stack/reader']]).toEqual([false, READS_NAMES]);
});

test('A compartment that is imported by name has the key of the alias, if the app makes it', () => {
  const { compartments } = locked((secrets, stack) => {
    secrets.grantRead(role(stack, 'reader'), NAMES);
    Compartment.fromCompartmentName(stack, 'Again', 'credstash');
  });
  const { key, principals } = compartments['Stack/Again'] ?? {};
  expect(key).toBe(compartments['Stack/Secrets']?.key);
  expect(principals?.['role Stack/reader']).toEqual(READS_NAMES);
});

test('The policy of a replica in another region is not that of the table', () => {
  const lockfile = locked((secrets, stack) => {
    secrets.grantRead(role(stack, 'reader'), NAMES);
    const everything = { actions: ['dynamodb:*'], resources: ['*'] };
    const principals = [new iam.AnyPrincipal()];
    const refusal = { effect: iam.Effect.DENY, principals, ...everything };
    const resourcePolicy = new iam.PolicyDocument({
      statements: [new iam.PolicyStatement(refusal)],
    });
    (secrets.table as dynamodb.TableV2).addReplica({ region: 'eu-west-1', resourcePolicy });
  });
  expect(said(lockfile, 'role Stack/reader')).toEqual(READS_NAMES);
});

test('The account of the key is a stranger at a table of another', () => {
  const { compartments } = locked((_, stack) => {
    const arn = 'arn:aws:kms:us-east-1:999988887777:key/1';
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', arn);
    const secrets = new Compartment(stack, 'Other', { compartmentName: 'other', encryptionKey });
    const everything = { actions: ['dynamodb:GetItem'], resources: ['*'] };
    const principals = [new iam.AccountPrincipal('999988887777')];
    const statement = new iam.PolicyStatement({ principals, ...everything });
    (secrets.table as dynamodb.TableV2).addToResourcePolicy(statement);
    const rules = ['OtherAccount', 'HalfGrant', 'StrangerInKeyPolicy'];
    for (const rule of rules) {
      Validations.of(stack).acknowledge({ id: `CompartmentAccess::${rule}`, reason: 'A test' });
    }
  });
  expect(compartments['Stack/Other']?.principals['account 999988887777']).toMatchObject({
    read: { table: [{}], key: [{}] },
  });
});

test('Where the key refuses to only some what is not bound, who reads bound secrets is said', () => {
  const { compartments } = locked((_, stack) => {
    const secrets = new Compartment(stack, 'Bound', { compartmentName: 'b', bindNames: true });
    const key = secrets.key.node.defaultChild as kms.CfnKey;
    const { Statement } = stack.resolve(key.keyPolicy) as { Statement: { Effect: string }[] };
    for (const [index, { Effect }] of Statement.entries()) {
      const but = { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/old' };
      const path = `KeyPolicy.Statement.${index}.Condition.StringNotLike`;
      if (Effect === 'Deny') key.addPropertyOverride(path, but);
    }
    secrets.grantRead(role(stack, 'reader'), NAMES);
  });
  expect(compartments['Stack/Bound']?.principals['role Stack/reader']).toEqual({
    read: { table: [NAMES], key: [NAMES] },
  });
});

test('Two constructs never share a name in the lockfile', () => {
  const { compartments } = locked((_, stack) => {
    const made = (scope: Construct, id: string, action: string) => {
      const Statement = { Effect: 'Allow', Action: action, Resource: '*' };
      return new iam.CfnRole(scope, id, {
        assumeRolePolicyDocument: { Statement: [] },
        policies: [{ policyName: 'its', policyDocument: { Statement } }],
      });
    };
    made(made(stack, 'one', 'dynamodb:DeleteItem'), 'Resource', 'kms:PutKeyPolicy');
  });
  const { principals = {} } = compartments['Stack/Secrets'] ?? {};
  expect(Object.keys(principals)).toEqual(
    expect.arrayContaining(['role Stack/one', 'role Stack/one/Resource']),
  );
});

test('The account of the stack may be named as a principal by its number alone', () => {
  const { compartments } = locked((_, __, app) => {
    const stack = new Stack(app, 'Anywhere');
    const secrets = new Compartment(stack, 'Secrets', { compartmentName: 'other' });
    (secrets.key.node.defaultChild as kms.CfnKey).addPropertyOverride(
      'KeyPolicy.Statement.0.Principal',
      { AWS: { Ref: 'AWS::AccountId' } },
    );
    secrets.grantRead(role(stack, 'reader'), NAMES);
  });
  expect(compartments['Anywhere/Secrets']?.principals['role Anywhere/reader']).toEqual(READS_NAMES);
});
