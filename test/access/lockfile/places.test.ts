import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { App, CfnParameter, Fn, NestedStack, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

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
