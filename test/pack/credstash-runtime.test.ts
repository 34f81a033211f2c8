import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { TestAws } from '../../testbed/test-aws';
import { Packed, ROOT } from './packed';

let packed: Packed;
let aws: TestAws;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  packed = await Packed.install('--workspace', 'runtime');
  aws = await TestAws.start();
  env = await aws.env();
}, 300_000);

afterAll(async () => {
  await aws.aws.stop();
  await packed.remove();
});

const USES = `
  const credstash = new Credstash();
  credstash.put(name, 'hunter2').then(() => credstash.get(name)).then(console.log);
`;

test('CommonJS can require credstash-runtime', async () => {
  const script = `
    const { Credstash } = require('credstash-runtime');
    const name = 'from-cjs';
    ${USES}`;
  expect(await packed.node('main.cjs', script, env)).toBe('hunter2');
});

test('an ES module can import credstash-runtime', async () => {
  const script = `
    import { Credstash } from 'credstash-runtime';
    const name = 'from-esm';
    ${USES}`;
  expect(await packed.node('main.mjs', script, env)).toBe('hunter2');
});

test('an error of one copy of the package is an instance of the class of another', async () => {
  const script = `
    import { createRequire } from 'node:module';
    import { CredstashError as Esm } from 'credstash-runtime';
    const require = createRequire(import.meta.url);
    const { CredstashError: Cjs } = require('credstash-runtime');
    const { CredstashError: Bundled } = require('${ROOT}/build/runtime/index.js');
    const copies = [Esm, Cjs, Bundled];
    console.log(new Set(copies).size);
    for (const Copy of copies) {
      const error = new Copy('ERR_AWS', '');
      console.log(copies.map((Other) => error instanceof Other).join());
    }`;
  const all = 'true,true,true';
  expect(await packed.node('copies.mjs', script)).toBe(`3\n${all}\n${all}\n${all}`);
});

test('jest in a cdk init app can import credstash-runtime', async () => {
  const test = `
    import { Credstash, CredstashError } from 'credstash-runtime';

    test('a secret that is not there', async () => {
      const missing: Promise<string> = new Credstash().get('missing');
      await expect(missing).rejects.toBeInstanceOf(CredstashError);
    });`;
  await packed.jest(test, env, 'aws-cdk-lib');
});

test('the types of credstash-runtime stand alone, with node16 and bundler resolution', async () => {
  await packed.checkRuntimeTypes('credstash-runtime');
});

/** Without an AWS: a call would find no credentials. */
const NO_AWS = { AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };

test('the unit test of the README passes in jest, as CommonJS', async () => {
  await packed.writeUnitTest('jest', 'commonjs');
  const tsconfig = { allowJs: true, module: 'CommonJS', target: 'ES2022', esModuleInterop: true };
  const transform = {
    '\\.js$': [require.resolve('ts-jest'), { tsconfig, diagnostics: false }],
  };
  const config = `module.exports = ${JSON.stringify({ transform })};`;
  await packed.write({ 'jest/jest.config.js': config });
  await packed.tool('jest', ['--config', 'jest/jest.config.js'], NO_AWS);
});

test('the unit test of the README passes in node:test, as an ES module', async () => {
  const title = await packed.writeUnitTest('node-test', 'module', 'node:test');
  const args = ['--test', '--test-reporter', 'tap', 'node-test/handler.test.js'];
  expect(await packed.run(process.execPath, args, NO_AWS)).toContain(`ok 1 - ${title}\n`);
});

test('TestCompartment of credstash-runtime mocks cdk-credstash/runtime, too', async () => {
  const script = `
    const runtime = require('${ROOT}/build/runtime/index.js');
    const { TestCompartment } = require('credstash-runtime/testing');
    const credstash = new runtime.Credstash({ compartment: 'prod' });
    const compartment = new TestCompartment({ a: 'hunter2' }).mock(runtime);
    const isAwsError = (error) => error instanceof runtime.AwsError;
    credstash.get('a').then(async (value) => {
      compartment.fail('ERR_ACCESS_DENIED');
      console.log(value, await credstash.get('a').catch(isAwsError));
    });`;
  expect(await packed.node('mock.cjs', script, NO_AWS)).toBe('hunter2 true');
});

test('the types of credstash-runtime/testing stand alone, with node16 and bundler resolution', async () => {
  const program = `
    import * as runtime from 'credstash-runtime';
    import { TestCompartment } from 'credstash-runtime/testing';
    const compartment = new TestCompartment({ a: 'b' }, { context: { env: 'prod' } }).mock(runtime);
    export const credstash: runtime.Credstash = new runtime.Credstash(compartment);
    compartment.fail('ERR_THROTTLED', 'a');
    // @ts-expect-error no call fails so
    compartment.fail('ERR_SECRET_NOT_FOUND');
    // @ts-expect-error no module
    compartment.mock(runtime.Credstash);`;
  await packed.checkTypesInAllModes(program);
});

test('publint finds no fault with credstash-runtime', async () => {
  await packed.tool('publint', ['--strict', '--level', 'warning', packed.tarball]);
});

test('attw resolves the types of credstash-runtime in every mode', async () => {
  // The template has none.
  const options = ['--exclude-entrypoints', 'compartment.template.json'];
  await packed.tool('attw', [packed.tarball, ...options]);
});

test('credstash-runtime exports the template of a compartment', async () => {
  const script = `
    const template = require('credstash-runtime/compartment.template.json');
    console.log(Object.keys(template.Parameters).join());`;
  expect(await packed.node('template.cjs', script)).toBe(
    'KeyAlias,TableName,ReadPolicyName,WritePolicyName',
  );
});

test('npx credstash setup creates a compartment with nothing else installed', async () => {
  const setup = ['credstash', 'setup', '--compartment', 'packed'];
  expect(await packed.run('npx', setup, env)).toMatch(
    /\n {2}create {5}policy credstash-packed-write-secrets\n/,
  );
  expect(await packed.run('npx', setup, env)).toMatch(/\nNothing to do\.$/);
});

test('npx finds the CLI of credstash-runtime', async () => {
  expect(await packed.run('npx', ['credstash', '--help'])).toMatch(/^Usage: credstash /);
});

test('the tarball of credstash-runtime holds no sources, tests or test beds', async () => {
  const files = await readdir(join(packed.folder, 'node_modules/credstash-runtime'));
  expect(files.sort()).toEqual([
    'LICENSE',
    'README.md',
    'THIRD-PARTY-NOTICES.txt',
    'dist',
    'package.json',
  ]);
});
