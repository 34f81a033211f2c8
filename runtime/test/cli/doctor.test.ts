import { DeleteTableCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { DisableKeyCommand } from '@aws-sdk/client-kms';
import { AccountPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';

import { runCli, type Outcome } from '../../../demo/cli.js';
import { applyTemplate } from '../../../testbed/index.js';
import { standardCompartment, synthesize } from '../../../testbed/synthesized-aws.js';
import { TestAws } from '../../../testbed/test-aws.js';
import { line, marks } from './doctor-lines.js';

let aws: TestAws;

const template = synthesize((stack) => {
  const compartment = standardCompartment(stack);
  const assumedBy = new AccountPrincipal(stack.account);
  const deployer = new Role(stack, 'Deployer', { roleName: 'deployer', assumedBy });
  compartment.grantWrite(deployer, { names: ['app/*'], context: { env: 'prod' } });
  const reader = new Role(stack, 'ProdReader', { roleName: 'prod-reader', assumedBy });
  compartment.grantRead(reader, { context: { env: 'prod' } });
  new Role(stack, 'Nobody', { roleName: 'nobody', assumedBy });
  const withPolicies = (roleName: string, ...actions: string[]) => {
    const statement = new PolicyStatement({ actions, resources: ['*'] });
    new Role(stack, roleName, { roleName, assumedBy }).addToPolicy(statement);
  };
  withPolicies('lister', 'dynamodb:Scan');
  withPolicies('latest-reader', 'dynamodb:Query', 'kms:Decrypt');
  withPolicies('putter', 'dynamodb:PutItem', 'kms:GenerateDataKey');
});

beforeEach(async () => {
  aws = await TestAws.startWith((target) => applyTemplate(template, target));
});
afterEach(() => aws.aws.stop());

const today = () => new Date().toISOString().slice(0, 10);

/** Run it as a role, or else as the administrator. */
async function doctor(role?: string, ...args: string[]): Promise<Outcome> {
  return runCli(['doctor', ...args], await aws.env(role));
}

const WELL = {
  region: 'ok',
  identity: 'ok',
  table: 'ok',
  key: 'ok',
  alias: 'ok',
  read: 'ok',
  list: 'ok',
  write: 'ok',
};

test('doctor reports ok for everything to an administrator, and changes nothing', async () => {
  aws.takeCalls();
  expect(await doctor()).toEqual({
    exitCode: 0,
    stderr: '',
    stdout: `\
ok  region    us-east-1
ok  identity  arn:aws:iam::111122223333:user/admin
ok  table     credential-store
ok  key       alias/credstash: not used since ${today()}
ok  alias     alias/credstash
ok  read      allowed
ok  list      allowed
ok  write     allowed
`,
  });
  // Of the calls that change something, only the put is tried: on a condition that never holds.
  const [put, ...others] = aws
    .takeRequests()
    .filter(({ call }) => /:(Put|Create|Update|Enable|Tag|Delete)/.test(call));
  expect(others).toEqual([]);
  expect(put?.input.ConditionExpression).toBe(
    'attribute_exists(#name) AND attribute_not_exists(#name)',
  );
  expect((await runCli(['list'], await aws.env())).stdout).toBe('');
});

describe('doctor on permissions', () => {
  test('reports to a reader that write is refused, and names grantWrite', async () => {
    const outcome = await doctor('reader');
    expect(marks(outcome)).toEqual({ ...WELL, write: 'NO' });
    expect(line(outcome, 'write')).toMatch(
      /kms:GenerateDataKey .*: grantWrite, or the write policy/,
    );
    expect(outcome.exitCode).toBe(1);
  });

  test('reports to a writer that read and list are refused, and names grantRead', async () => {
    const outcome = await doctor('writer');
    expect(marks(outcome)).toEqual({ ...WELL, read: 'NO', list: 'NO' });
    expect(line(outcome, 'read')).toMatch(/dynamodb:Query .*: grantRead, or the read policy/);
    expect(outcome.exitCode).toBe(1);
  });

  test("can't tell whether read is allowed where KMS knows no dry run, and doesn't deny it", async () => {
    aws.aws.inject({ action: 'kms:Decrypt', error: 'ValidationException' });
    const outcome = await doctor('reader', '--expect', 'read');
    expect(marks(outcome)).toMatchObject({ read: '??', list: 'ok' });
    expect(line(outcome, 'read')).toMatch(/can't tell here: Could not call kms:Decrypt/);
    expect(outcome.exitCode).toBe(1);
  });

  test('fails only for the permissions given by --expect', async () => {
    const outcome = await doctor('reader', '--expect', 'read', 'list');
    expect(marks(outcome)).toEqual({ ...WELL, write: '--' });
    expect(outcome.exitCode).toBe(0);
    expect((await doctor('writer', '--expect', 'write')).exitCode).toBe(0);
    expect((await doctor('writer', '--expect', 'read', 'write')).exitCode).toBe(1);
  });

  test('tries a scoped write grant with the given name and context', async () => {
    const expected = ['--expect', 'write'];
    expect((await doctor('deployer', 'app/a', 'env=prod', ...expected)).exitCode).toBe(0);
    expect((await doctor('deployer', 'app/a', 'env=dev', ...expected)).exitCode).toBe(1);
    expect((await doctor('deployer', 'other', 'env=prod', ...expected)).exitCode).toBe(1);
    expect((await doctor('deployer', ...expected)).exitCode).toBe(1);
  });

  test('says to name a secret of the scope, if none was named', async () => {
    const hint =
      /^If the grant has a scope, name one of its secrets: `credstash doctor NAME key=value`/m;
    expect((await doctor('deployer', '--expect', 'write')).stderr).toMatch(hint);
    expect((await doctor('deployer', 'other', '--expect', 'write')).stderr).not.toMatch(hint);
    expect((await doctor('reader', '--expect', 'read')).stderr).not.toMatch(hint);
  });

  test('tries a read grant of one context with the given context', async () => {
    const expected = ['--expect', 'read'];
    expect((await doctor('prod-reader', 'foo', 'env=prod', ...expected)).exitCode).toBe(0);
    expect((await doctor('prod-reader', 'foo', ...expected)).exitCode).toBe(1);
  });

  test('passes with --expect list when the state of the key is unknown', async () => {
    const outcome = await doctor('lister', '--expect', 'list');
    expect(marks(outcome)).toMatchObject({ table: 'ok', key: '--', alias: '--', list: 'ok' });
    expect(outcome.exitCode).toBe(0);
    expect((await doctor('lister', '--expect', 'list', 'read')).exitCode).toBe(1);
  });

  test('names the one call that is missing from read or write', async () => {
    expect(line(await doctor('latest-reader'), 'read')).toMatch(/^NO .*dynamodb:GetItem/);
    expect(line(await doctor('putter'), 'write')).toMatch(/^NO .*dynamodb:Query/);
  });

  test("reports what a role without permissions can't see as unknown", async () => {
    const outcome = await doctor('nobody');
    const unknown = { table: '??', key: '??', alias: '??', read: 'NO', list: 'NO', write: 'NO' };
    expect(marks(outcome)).toEqual({ ...WELL, ...unknown });
    expect(outcome.exitCode).toBe(1);
  });
});

describe('doctor on problems', () => {
  test('reports a missing compartment, and suggests credstash setup', async () => {
    const outcome = await doctor(undefined, '--compartment', 'other');
    const wrong = { table: 'NO', key: 'NO', alias: 'NO', read: 'NO', list: 'NO', write: 'NO' };
    expect(marks(outcome)).toEqual({ ...WELL, ...wrong });
    expect(line(outcome, 'table')).toMatch(
      /credential-store-other is not there: .*credstash setup/,
    );
    expect(outcome.exitCode).toBe(1);
  });

  test("reports a missing table to a reader who can't describe it", async () => {
    const { dynamodb } = aws.clients();
    await dynamodb.send(new DeleteTableCommand({ TableName: 'credential-store' }));
    const outcome = await doctor('reader', '--expect', 'read');
    expect(marks(outcome)).toMatchObject({ table: 'NO', key: 'ok', read: 'NO' });
    expect(line(outcome, 'table')).toMatch(/credential-store in us-east-1/);
  });

  test('reports a table without deletion protection', async () => {
    const { dynamodb } = aws.clients();
    const input = { TableName: 'credential-store', DeletionProtectionEnabled: false };
    await dynamodb.send(new UpdateTableCommand(input));
    const outcome = await doctor();
    expect(marks(outcome)).toEqual({ ...WELL, table: 'NO' });
    expect(line(outcome, 'table')).toMatch(/turn deletion protection on\. Run `credstash setup`$/);
  });

  test.each([undefined, 'reader'])('reports a disabled key (role: %s)', async (role) => {
    await aws.clients().kms.send(new DisableKeyCommand({ KeyId: 'alias/credstash' }));
    const outcome = await doctor(role);
    expect(marks(outcome)).toMatchObject({ table: 'ok', key: 'NO', read: 'NO', list: 'ok' });
    expect(line(outcome, 'key')).toMatch(/[Ee]nable/);
  });

  test('reports an unknown access key, and says to sign in again', async () => {
    const env = { ...(await aws.env()), AWS_ACCESS_KEY_ID: 'AKIAUNKNOWN' };
    const outcome = await runCli(['doctor'], env);
    expect(marks(outcome)).toMatchObject({ region: 'ok', identity: 'NO', table: '??', read: '??' });
    expect(line(outcome, 'identity')).toMatch(/Sign in again/);
    expect(outcome.exitCode).toBe(1);
  });

  test('reports an invalid region', async () => {
    const outcome = await doctor(undefined, '-r', 'no region');
    expect(marks(outcome)).toMatchObject({ region: 'NO', identity: '??' });
    expect(outcome.exitCode).toBe(1);
  });

  test('shows the region of the key when --kms-region differs from the region of the table', async () => {
    const { stdout } = await doctor(undefined, '--kms-region', 'eu-west-1');
    expect(stdout).toMatch(/^ok {2}region {4}us-east-1, and eu-west-1 for the key\n/);
  });

  test('fails in a region without the compartment', async () => {
    const outcome = await doctor('reader', '-r', 'eu-west-1');
    expect(outcome.stdout).toMatch(/^ok {2}region {4}eu-west-1\n/);
    expect(outcome.exitCode).toBe(1);
  });
});
