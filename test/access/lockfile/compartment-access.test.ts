import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { App, Stack, Stage, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

import { Compartment, CompartmentAccess, type CompartmentAccessProps } from '../../../lib';
import type { Lockfile } from '../../../lib/access/lockfile';
import { role } from '../../../testbed/synthesized-aws';

const HERE = { account: '111122223333', region: 'us-east-1' };
const BOUND_NAME = 'kms:EncryptionContext:credstash:name';
const NAMES = { names: ['app/*'] };

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'credstash-access-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const lockfile = () =>
  JSON.parse(readFileSync(join(directory, 'credstash-access.json'), 'utf8')) as Lockfile;

const markdown = () => readFileSync(join(directory, 'credstash-access.md'), 'utf8');

/** Synthesize an app with the plugin. */
function synth(
  build: (secrets: Compartment, stack: Stack) => void,
  props: CompartmentAccessProps = {},
): void {
  const app = new App({ context: { '@aws-cdk/core:validateAgainstDefaultRules': false } });
  Validations.of(app).addPlugins(new CompartmentAccess({ directory, ...props }));
  const stack = new Stack(app, 'Stack', { env: HERE });
  build(new Compartment(stack, 'Secrets', { bindNames: true }), stack);
  app.synth();
}

const allow = (actions: string[], resources: string[]) =>
  new iam.PolicyStatement({ actions, resources });

test('An app whose grants are right synthesizes, and the lockfile says who can do what', () => {
  synth((secrets, stack) => secrets.grantRead(role(stack, 'reader'), NAMES));
  expect(lockfile().compartments['Stack/Secrets']?.principals['role Stack/reader']).toEqual({
    read: { table: [NAMES], key: [NAMES] },
  });
  expect(markdown()).toContain('| role Stack/reader | read | names `app/*` | names `app/*` |');
});

describe('The synthesis fails on', () => {
  type Broken = [string, string, (secrets: Compartment, stack: Stack) => iam.IRole | undefined];
  test.each<Broken>([
    [
      'a reader that can write',
      'ReaderCanWrite',
      (secrets, stack) => {
        const both = role(stack, 'both');
        secrets.grantRead(both, NAMES);
        secrets.grantWrite(both);
        return both;
      },
    ],
    [
      'a half without its other half, which was written by hand',
      'HalfGrant',
      (secrets, stack) => {
        const half = role(stack, 'half');
        half.addToPolicy(allow(['dynamodb:GetItem'], [secrets.tableArn]));
        return half;
      },
    ],
    [
      'halves that are about different secrets',
      'HalfGrant',
      (secrets, stack) => {
        const its = role(stack, 'its');
        const limited = (action: string, resource: string, key: string, name: string) =>
          new iam.PolicyStatement({
            actions: [action],
            resources: [resource],
            conditions: { StringLike: { [key]: name } },
          });
        const { tableArn, key } = secrets;
        its.addToPolicy(limited('dynamodb:GetItem', tableArn, 'dynamodb:LeadingKeys', 'app/*'));
        its.addToPolicy(limited('kms:Decrypt', key.keyArn, BOUND_NAME, 'web/*'));
        return its;
      },
    ],
    [
      'a principal of another account',
      'OtherAccount',
      (secrets, stack) => {
        const env = { ...HERE, account: '444455556666' };
        const outside = role(new Stack(stack.node.scope as App, 'Other', { env }), 'outside');
        secrets.grantRead(outside, NAMES);
        return outside;
      },
    ],
    [
      'a key policy that lets a stranger in',
      'StrangerInKeyPolicy',
      (secrets) => {
        const principals = [new iam.ServicePrincipal('logs.amazonaws.com')];
        const statement = { actions: ['kms:Decrypt'], resources: ['*'], principals };
        secrets.key.addToResourcePolicy(new iam.PolicyStatement(statement));
        return undefined;
      },
    ],
    [
      'a grant without a scope where scopes are required',
      'UnscopedGrant',
      (secrets, stack) => {
        const reader = role(stack, 'reader');
        secrets.grantRead(reader);
        return reader;
      },
    ],
  ])('%s, unless it is acknowledged', (_, rule, breakIt) => {
    const props = { requireScopes: ['credstash'] };
    expect(() => synth(breakIt, props)).toThrow(`Acknowledge with 'CompartmentAccess::${rule}'`);

    const reason = 'It is meant so.';
    synth((secrets, stack) => {
      const principal = breakIt(secrets, stack) ?? secrets;
      const ids = [
        'ReaderCanWrite',
        'HalfGrant',
        'OtherAccount',
        'StrangerInKeyPolicy',
        'UnscopedGrant',
      ];
      const rules = ids.map((id) => ({ id: `CompartmentAccess::${id}`, reason }));
      Validations.of(principal).acknowledge(...rules);
    }, props);
    expect(lockfile().compartments['Stack/Secrets']?.acknowledged).toContainEqual(
      expect.objectContaining({ rule, reason }),
    );
    expect(markdown()).toMatch(new RegExp(`^- On purpose: ${rule}, .*: ${reason}$`, 'm'));
  });
});

test('A half that anybody may complete is none that allows nothing', () => {
  const build = (secrets: Compartment, stack: Stack) => {
    const anybody = { principals: [new iam.StarPrincipal()], resources: ['*'] };
    secrets.key.addToResourcePolicy(
      new iam.PolicyStatement({ actions: ['kms:Decrypt'], ...anybody }),
    );
    const writer = role(stack, 'writer');
    secrets.grantWrite(writer);
    writer.addToPolicy(allow(['dynamodb:GetItem'], [secrets.tableArn]));
  };
  expect(() => synth(build)).toThrow('role Stack/writer can read and write the same secrets');
  expect(() => synth(build)).not.toThrow('role Stack/writer can read at the table, and not');
});

test('A role whose account only the deployment knows is not taken for one of another account', () => {
  const app = new App({ context: { '@aws-cdk/core:validateAgainstDefaultRules': false } });
  Validations.of(app).addPlugins(new CompartmentAccess({ directory }));
  const stack = new Stack(app, 'Stack');
  const imported = Compartment.fromCompartmentAttributes(stack, 'Secrets', {
    compartmentName: 'prod',
    tableArn: 'arn:aws:dynamodb:us-east-1:111122223333:table/credential-store-prod',
  });
  imported.grants.read(role(stack, 'reader'), NAMES);
  app.synth();
  expect(lockfile().compartments['Stack/Secrets']?.principals).toEqual({
    'role Stack/reader': { read: { table: [NAMES], key: [{}] } },
  });
});

test('A pattern that every name matches is no scope', () => {
  const build = (secrets: Compartment, stack: Stack) => {
    const reader = role(stack, 'reader');
    reader.addToPolicy(allow(['kms:Decrypt'], [secrets.key.keyArn]));
    const statement = allow(['dynamodb:GetItem'], [secrets.tableArn]);
    statement.addCondition('StringLike', { 'dynamodb:LeadingKeys': '**' });
    reader.addToPolicy(statement);
  };
  expect(() => synth(build, { requireScopes: ['credstash'] })).toThrow('can read without a scope');
});

test('A name or a reason that holds line breaks or pipes stays in its line of the table', () => {
  synth((secrets, stack) => {
    const both = role(stack, 'both');
    const names = ['app/\n| role Evil | read |\r\n## Nobody', 'a\u202eb'];
    secrets.grantRead(both, { names });
    secrets.grantWrite(both, { names });
    const reason = 'So\r| role Evil | read |\n~~gone~~';
    Validations.of(both).acknowledge({ id: 'CompartmentAccess::ReaderCanWrite', reason });
  });
  const page = readFileSync(join(directory, 'credstash-access.md'), 'utf8');
  expect(page.split('\n').filter((line) => /Evil|202e|gone/.test(line))).toEqual([
    '- On purpose: ReaderCanWrite, role Stack/both: So\\\\u000d\\| role Evil \\| read \\| \\~\\~gone\\~\\~',
    expect.stringMatching(/^\| role Stack\/both \| read, write \| names .*, `a\\u202eb` \|$/),
  ]);
  expect(page).not.toMatch(/[\r\u202e]/);
});

test('An acknowledgement without a reason is none', () => {
  const build = (secrets: Compartment, stack: Stack) => {
    const admin = role(stack, 'admin');
    secrets.grantAdmin(admin);
    Validations.of(admin).acknowledge({ id: 'CompartmentAccess::ReaderCanWrite', reason: ' ' });
  };
  expect(() => synth(build)).toThrow('can read and write the same secrets');
});

test('A name in requireScopes that no compartment has fails the synthesis', () => {
  expect(() => synth(() => undefined, { requireScopes: ['typo'] })).toThrow(
    /requireScopes names the compartment typo, which the app does not have\. \(.*\n.*\n.*Correct the name/,
  );
});

test('A lockfile that was edited by hand is written again, and one that is right is left alone', () => {
  const file = join(directory, 'credstash-access.json');
  synth(() => undefined);
  const right = readFileSync(file, 'utf8');
  const before = statSync(file).mtimeMs;
  synth(() => undefined);
  expect(statSync(file).mtimeMs).toBe(before);
  writeFileSync(file, right.replace('"read"', '"list"'));
  synth(() => undefined);
  expect(readFileSync(file, 'utf8')).toBe(right);
});

test('Two stages have an entry each, and their roles have no access to the other', () => {
  const app = new App({ context: { '@aws-cdk/core:validateAgainstDefaultRules': false } });
  Validations.of(app).addPlugins(new CompartmentAccess({ directory }));
  for (const id of ['Test', 'Prod']) {
    const stack = new Stack(new Stage(app, id), 'Stack');
    new Compartment(stack, 'Secrets').grantRead(role(stack, 'reader'), NAMES);
  }
  app.synth();
  const { compartments } = lockfile();
  expect(Object.keys(compartments)).toEqual(['Prod/Stack/Secrets', 'Test/Stack/Secrets']);
  expect(Object.keys(compartments['Prod/Stack/Secrets']?.principals ?? {})).toEqual([
    'policy Prod/Stack/Secrets/ReadPolicy',
    'policy Prod/Stack/Secrets/WritePolicy',
    'role Prod/Stack/reader',
  ]);
});

test('`cdk synth` fails on a rule that is broken in a stage, although it selects no stack of stages', () => {
  const outdir = join(directory, 'cdk.out');
  const app = new App({ outdir, context: { '@aws-cdk/core:validateAgainstDefaultRules': false } });
  Validations.of(app).addPlugins(new CompartmentAccess({ directory }));
  const stack = new Stack(new Stage(app, 'Prod'), 'Stack');
  new Compartment(stack, 'Secrets').grantAdmin(role(stack, 'admin'));
  expect(() => app.synth()).toThrow('ReaderCanWrite');

  const cdk = join(__dirname, '../../../node_modules/aws-cdk/bin/cdk');
  const args = ['synth', '--quiet', '--no-notices', '--app', outdir];
  const { status, stderr } = spawnSync(process.execPath, [cdk, ...args], { encoding: 'utf8' });
  expect(stderr).toContain('role Prod/Stack/admin can read and write the same secrets');
  expect(status).toBe(1);
});

test('The plugin refuses to be added to a stage: its lockfile would lack the others', () => {
  const app = new App({ context: { '@aws-cdk/core:validateAgainstDefaultRules': false } });
  for (const id of ['Test', 'Prod']) {
    const stage = new Stage(app, id);
    Validations.of(stage).addPlugins(new CompartmentAccess({ directory }));
    new Compartment(new Stack(stage, 'Stack'), 'Secrets');
  }
  expect(() => app.synth()).toThrow(
    /CompartmentAccess does not see the stack Prod\/Stack, so its lockfile is not whole\. \(.*\n.*\n.*Add it once, to the app/,
  );
});

test('An app without a compartment has a lockfile that names none', () => {
  const app = new App();
  Validations.of(app).addPlugins(new CompartmentAccess({ directory }));
  new iam.Role(new Stack(app, 'Stack'), 'role', { assumedBy: new iam.AccountRootPrincipal() });
  app.synth();
  expect(lockfile()).toMatchObject({ compartments: {}, notKnown: [] });
  expect(markdown()).toContain('The app has no compartment.');
});
