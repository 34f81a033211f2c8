import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { TestAws } from '../../testbed/test-aws';
import { Packed } from './packed';

let packed: Packed;
let aws: TestAws;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  packed = await Packed.install();
  aws = await TestAws.start();
  env = await aws.env();
}, 300_000);

afterAll(async () => {
  await aws.aws.stop();
  await packed.remove();
});

test('npm installs nothing with cdk-credstash but its peers', async () => {
  const installed = await readdir(join(packed.folder, 'node_modules'));
  expect(installed.filter((name) => !/^(\.|@aws-cdk$)/.test(name))).toEqual([
    'aws-cdk-lib',
    'cdk-credstash',
    'constructs',
  ]);
});

const USES = `
  new Compartment(new Stack(new App(), 'Stack'), 'Secrets').grantRead;
  const credstash = new Credstash();
  credstash.put(name, 'hunter2').then(() => credstash.get(name)).then(console.log);
`;

test('CommonJS can require cdk-credstash', async () => {
  const script = `
    const { App, Stack } = require('aws-cdk-lib');
    const { Compartment } = require('cdk-credstash');
    const { Credstash } = require('cdk-credstash/runtime');
    const name = 'from-cjs';
    ${USES}`;
  expect(await packed.node('main.cjs', script, env)).toBe('hunter2');
});

test('an ES module can import cdk-credstash', async () => {
  const script = `
    import { App, Stack } from 'aws-cdk-lib';
    import { Compartment } from 'cdk-credstash';
    import { Credstash } from 'cdk-credstash/runtime';
    const name = 'from-esm';
    ${USES}`;
  expect(await packed.node('main.mjs', script, env)).toBe('hunter2');
});

test('jest in a cdk init app can import cdk-credstash', async () => {
  const test = `
    import { App, Stack } from 'aws-cdk-lib';
    import { Template } from 'aws-cdk-lib/assertions';
    import { Compartment } from 'cdk-credstash';
    import { Credstash, CredstashError } from 'cdk-credstash/runtime';

    test('a compartment has a key', () => {
      const stack = new Stack(new App(), 'Stack');
      new Compartment(stack, 'Secrets');
      Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 1);
    });

    test('a secret that is not there', async () => {
      const missing: Promise<string> = new Credstash().get('missing');
      await expect(missing).rejects.toBeInstanceOf(CredstashError);
    });`;
  await packed.jest(test, env);
});

test('the types of cdk-credstash/runtime stand alone, with node16 and bundler resolution', async () => {
  await packed.checkRuntimeTypes('cdk-credstash/runtime');
});

test('TypeScript checks the properties of a compartment', async () => {
  const program = `
    import { Stack } from 'aws-cdk-lib';
    import { Compartment, type GrantScope } from 'cdk-credstash';
    export const scope: GrantScope = { names: ['app/*'] };
    // @ts-expect-error a compartment's name is a string
    new Compartment(new Stack(), 'Secrets', { compartmentName: 1 });`;
  // The types of aws-cdk-lib name Disposable.
  const lib = ['--lib', 'es2022,esnext.disposable'];
  await packed.checkTypes(program, '--module', 'node16', ...lib);
});

test('publint finds no fault with cdk-credstash', async () => {
  await packed.tool('publint', ['--strict', '--level', 'warning', packed.tarball]);
});

test('attw resolves the types of cdk-credstash in every mode', async () => {
  // jsii's assembly is no module.
  await packed.tool('attw', [packed.tarball, '--exclude-entrypoints', '.jsii', '.jsii.gz']);
});

test('the tarball of cdk-credstash holds no sources, tests or test beds', async () => {
  const files = await readdir(join(packed.folder, 'node_modules/cdk-credstash'));
  expect(files.sort()).toEqual([
    '.jsii',
    '.jsii.gz',
    'API.md',
    'LICENSE',
    'README.md',
    'THIRD-PARTY-NOTICES.txt',
    'build',
    'package.json',
  ]);
});
