import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestAws } from '../testbed/test-aws';

const run = promisify(execFile);
const ROOT = join(__dirname, '..');

let folder: string;
let test_: TestAws;
let env: NodeJS.ProcessEnv;

/** Both packages, as they would be published, in a folder with nothing else. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credstash-packed-'));
  const pack = ['pack', '--silent', '--pack-destination', folder];
  await run('npm', pack, { cwd: ROOT });
  await run('npm', [...pack, '--workspace', 'runtime'], { cwd: ROOT });
  const tarballs = (await readdir(folder)).map((file) => `./${file}`);
  expect(tarballs).toHaveLength(2);
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--silent'];
  await run('npm', ['install', ...quiet, ...tarballs], { cwd: folder });

  test_ = await TestAws.start();
  env = { ...process.env, ...(await test_.env()) };
}, 300_000);

afterAll(async () => {
  await test_.aws.stop();
  await rm(folder, { recursive: true });
});

/** Run a script in the folder, and give what it prints. */
async function node(file: string, script: string): Promise<string> {
  await writeFile(join(folder, file), script);
  const { stdout } = await run(process.execPath, [file], { cwd: folder, env });
  return stdout.trim();
}

const USES = `
  new Compartment(new Stack(new App(), 'Stack'), 'Secrets').grantRead;
  const write = new FromRuntime();
  const read = new FromConstructs();
  const name = 'from-' + kind;
  write.put(name, 'hunter2').then(() => read.get(name)).then(console.log);
`;

test('CommonJS can require them', async () => {
  const script = `
    const { App, Stack } = require('aws-cdk-lib');
    const { Compartment } = require('cdk-credstash');
    const { Credstash: FromConstructs } = require('cdk-credstash/runtime');
    const { Credstash: FromRuntime } = require('credstash-runtime');
    const kind = 'cjs';
    ${USES}`;
  expect(await node('main.cjs', script)).toBe('hunter2');
});

test('ES modules can import them', async () => {
  const script = `
    import { App, Stack } from 'aws-cdk-lib';
    import { Compartment } from 'cdk-credstash';
    import { Credstash as FromConstructs } from 'cdk-credstash/runtime';
    import { Credstash as FromRuntime } from 'credstash-runtime';
    const kind = 'esm';
    ${USES}`;
  expect(await node('main.mjs', script)).toBe('hunter2');
});

test('TypeScript finds their types', async () => {
  const script = `
    import { Stack } from 'aws-cdk-lib';
    import { Compartment, type GrantScope } from 'cdk-credstash';
    import { Credstash as FromConstructs } from 'cdk-credstash/runtime';
    import { Credstash, type GetOptions, CredstashError } from 'credstash-runtime';
    const scope: GrantScope = { prefix: 'app/' };
    const options: GetOptions = { version: 1 };
    const value: Promise<string> = new Credstash({ compartment: 'prod' }).get('a', options);
    const other: Promise<string> = new FromConstructs().get('a', options);
    // @ts-expect-error a compartment's name is a text
    new Compartment(new Stack(), 'Secrets', { compartmentName: 1 });
    // @ts-expect-error there is no such code
    new CredstashError('ERR_NOPE', '');
    export { scope, value, other };`;
  await writeFile(join(folder, 'main.mts'), script);
  const tsc = require.resolve('typescript/bin/tsc');
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext'];
  await run(process.execPath, [tsc, ...options, 'main.mts'], { cwd: folder }).catch(
    ({ stdout }: { stdout: string }) => {
      throw new Error(stdout);
    },
  );
});

test('the template of a compartment is there, to deploy as it is', async () => {
  const script = `
    const template = require('credstash-runtime/compartment.template.json');
    console.log(Object.keys(template.Parameters).join());`;
  expect(await node('template.cjs', script)).toBe(
    'KeyAlias,TableName,ReadPolicyName,WritePolicyName',
  );
});

test('npx credstash setup makes a compartment, with nothing but what is installed', async () => {
  const setup = ['credstash', 'setup', '--compartment', 'packed'];
  const { stdout } = await run('npx', setup, { cwd: folder, env });
  expect(stdout).toMatch(/\n {2}create {5}policy credstash-packed-write-secrets\n/);
  const again = await run('npx', setup, { cwd: folder, env });
  expect(again.stdout).toMatch(/\nNothing to do\.\n$/);
});

test('npx finds the CLI', async () => {
  const { stdout } = await run('npx', ['credstash', '--help'], { cwd: folder, env });
  expect(stdout).toMatch(/^Usage: credstash /);
});

test('they hold no sources, tests or test beds', async () => {
  const packed = [
    ...(await readdir(join(folder, 'node_modules/cdk-credstash'))),
    ...(await readdir(join(folder, 'node_modules/credstash-runtime'))),
  ];
  expect([...new Set(packed)].sort()).toEqual([
    '.jsii',
    '.jsii.gz',
    'API.md',
    'LICENSE',
    'README.md',
    'THIRD-PARTY-NOTICES.txt',
    'build',
    'dist',
    'package.json',
  ]);
});
