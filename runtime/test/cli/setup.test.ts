import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CreateRoleCommand } from '@aws-sdk/client-iam';

import { runCli, type Outcome } from '../../../demo/cli.js';
import { BareAws } from '../setup/bare.js';
import { createTable, policyText } from '../setup/by-hand.js';

let bare: BareAws;
let env: NodeJS.ProcessEnv;

beforeEach(async () => {
  bare = await BareAws.start();
  env = bare.env;
});
afterEach(() => bare.aws.stop());

const run = (...args: string[]): Promise<Outcome> => runCli(args, env);

test('setup prints its plan, creates, prints the next steps, and then has nothing to do', async () => {
  expect(await run('setup')).toEqual({
    exitCode: 0,
    stderr: '',
    stdout: `\
In account 111122223333 and region us-east-1:
  create     table credential-store
  create     key of alias/credstash
  create     alias alias/credstash
  create     policy credstash-read-secrets
  create     policy credstash-write-secrets
Creating table...
Waiting for table to be created...
Turning point-in-time recovery on...
Creating key...
Creating alias alias/credstash...
Turning yearly rotation on...
Creating policy credstash-read-secrets...
Creating policy credstash-write-secrets...

Ready. What next:
  credstash put NAME -P
  credstash doctor
  credstash setup --attach-read ROLE
`,
  });
  expect((await run('put', 'foo', 'bar')).exitCode).toBe(0);
  expect((await run('get', 'foo')).stdout).toBe('bar\n');

  bare.takeCalls();
  const { exitCode, stdout } = await run('setup');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/\nCredential Store table already exists\nNothing to do\.\n$/);
  expect(stdout).not.toMatch(/create|update|adopt|drifted/);
  expect(bare.takeChanges()).toEqual([]);
});

test('setup --dry-run prints the plan and changes nothing, nor ~/.credstash', async () => {
  env.HOME = await mkdtemp(join(tmpdir(), 'credstash-home-'));
  const { exitCode, stdout } = await run('setup', '--dry-run', '--save-kms-region', 'eu-west-1');
  expect(exitCode).toBe(0);
  expect(stdout.match(/^ {2}create /gm)).toHaveLength(5);
  expect(stdout).toMatch(/Nothing was changed: this was a dry run\.\n$/);
  expect(bare.takeChanges()).toEqual([]);
  expect(await readdir(env.HOME)).toEqual([]);
});

test('setup takes the names from its flags, and adds the tags', async () => {
  const names = ['-k', 'alias/credstash-prod', '-t', 'production-credentials'];
  const policies = ['--read-policy', 'prod-readers', '--write-policy', 'prod-writers'];
  const args = ['setup', '--compartment', 'prod', ...names, ...policies, '--tags', 'a=b', 'c=d=e'];
  const { stdout } = await run(...args);
  expect(stdout.match(/^ {2}create .*$/gm)).toEqual([
    '  create     table production-credentials: tag a=b, c=d=e',
    '  create     key of alias/credstash-prod: tag a=b, c=d=e',
    '  create     alias alias/credstash-prod',
    '  create     policy prod-readers: tag a=b, c=d=e',
    '  create     policy prod-writers: tag a=b, c=d=e',
  ]);
  const where = '--compartment prod -t production-credentials -k alias/credstash-prod';
  expect(stdout.split('\n').slice(-5)).toEqual([
    'Ready. What next:',
    `  credstash put NAME -P ${where}`,
    `  credstash doctor ${where}`,
    `  credstash setup --attach-read ROLE ${where} --read-policy prod-readers --write-policy prod-writers`,
    '',
  ]);
  for (const next of [['put', 'NAME', 'value'], ['doctor']]) {
    expect(await run(...next, ...where.split(' '))).toMatchObject({ exitCode: 0 });
  }
  expect((await run(...args)).stdout).toMatch(/Nothing to do/);
});

test('setup creates the key in another region than the table with --kms-region', async () => {
  const { stdout } = await run('setup', '--kms-region', 'eu-west-1');
  expect(stdout).toMatch(
    /^In account 111122223333 and region us-east-1, with the key in eu-west-1:\n/,
  );
  expect(stdout).toMatch(/\n {2}credstash put NAME -P --kms-region eu-west-1\n/);
  expect((await run('put', 'foo', 'bar')).stderr).toMatch(/^KMS ERROR/);
  expect((await run('put', 'foo', 'bar', '--kms-region', 'eu-west-1')).exitCode).toBe(0);
});

test('setup without a permission prints the call, the resource, the statement and what it created', async () => {
  bare.aws.inject({ action: 'kms:CreateAlias', error: 'AccessDeniedException' });
  const { exitCode, stderr } = await run('setup');
  expect(exitCode).toBe(1);
  const key = 'arn:aws:kms:us-east-1:111122223333:key/[0-9a-f-]{36}';
  const alias = 'arn:aws:kms:us-east-1:111122223333:alias/credstash';
  const statement = `{"Effect":"Allow","Action":"kms:CreateAlias","Resource":\\["${alias}","${key}"\\]}`;
  expect(stderr).toMatch(
    new RegExp(
      `^KMS ERROR: Could not call kms:CreateAlias on ${alias} and ${key} \\(.*This statement would allow it: ${statement}\nWhat was made stays: table credential-store, point-in-time recovery of the table credential-store, key of alias/credstash\\. Run this again to go on from there\\.\n$`,
    ),
  );
});

test("setup that created nothing before an error doesn't mention it", async () => {
  bare.aws.inject({ action: 'dynamodb:CreateTable', error: 'AccessDeniedException' });
  const { stderr } = await run('setup');
  expect(stderr).toMatch(/^Could not call dynamodb:CreateTable on arn:[^\n]*\n$/);
});

test('setup prints the missing statement for the region of the key', async () => {
  bare.aws.inject({ action: 'kms:CreateAlias', error: 'AccessDeniedException' });
  const { stderr } = await run('setup', '--kms-region', 'eu-west-1');
  expect(stderr).toMatch(/"Resource":\["arn:aws:kms:eu-west-1:111122223333:alias\/credstash"/);
});

test("setup --save-kms-region refuses what isn't a region", async () => {
  env.HOME = await mkdtemp(join(tmpdir(), 'credstash-home-'));
  const { exitCode, stderr } = await run('setup', '--save-kms-region', 'not a region');
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: '"not a region" is not a region, such as eu-west-1.\n',
  });
  expect(await readdir(env.HOME)).toEqual([]);
});

test('setup refuses all bad names before any call', async () => {
  const { exitCode, stderr } = await run('setup', '-t', 'a/b', '-k', 'b', '--read-policy', 'c d');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/KMS alias: .*DynamoDB table's name: .*IAM policy's name: [^\n]*\n$/);
  const saving = await run('setup', '-t', 'a/b', '--save-kms-region', 'eu-west-1');
  expect(saving).toMatchObject({ exitCode: 1, stdout: '' });
  expect(bare.takeCalls()).toEqual([]);
});

test('setup refuses a missing role before it creates anything', async () => {
  const { exitCode, stderr } = await run('setup', '--attach-read', 'nobody');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^There is no role nobody in the account 111122223333\. Nothing was made/);
  expect(bare.takeChanges()).toEqual([]);
});

test('setup refuses an unsuitable table and names the flag for another', async () => {
  await createTable(bare.clients, { names: ['name'], types: ['S'] });
  const { exitCode, stderr } = await run('setup');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/primary key is not name and version, .* --table, or --compartment\.\n$/);
});

test('setup refuses a taken policy and names the flags for others', async () => {
  const PolicyDocument = policyText('*');
  await bare.clients.iam.createPolicy({ PolicyName: 'credstash-read-secrets', PolicyDocument });
  const { exitCode, stderr } = await run('setup');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^The policy credstash-read-secrets is for something else.* --read-policy and --write-policy, or --compartment; another alias with --key\.\n$/,
  );
  expect(await run('setup', '--read-policy', 'other-readers')).toMatchObject({ exitCode: 0 });
});

test('setup --attach-read and --attach-write attach the policies to roles', async () => {
  for (const RoleName of ['a', 'b', 'c']) {
    const input = { RoleName, AssumeRolePolicyDocument: '{"Statement":[]}' };
    await bare.clients.iam.send(new CreateRoleCommand(input));
  }
  const args = ['setup', '--attach-read', 'a', 'b', '--attach-write', 'c'];
  expect((await run(...args)).stdout.match(/^Attaching .*$/gm)).toEqual([
    'Attaching credstash-read-secrets to a...',
    'Attaching credstash-read-secrets to b...',
    'Attaching credstash-write-secrets to c...',
  ]);
  expect((await run(...args)).stdout).toMatch(/Nothing to do/);
});

test('setup tells a region without the service from other failures', async () => {
  env.AWS_ENDPOINT_URL = undefined;
  env.AWS_REGION = 'xx-nowhere-9';
  const { exitCode, stderr } = await run('setup');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/xx-nowhere-9.*Check the region: the service may not be there/);
});
