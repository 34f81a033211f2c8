import { AccountPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';

import { runCli, type Outcome } from '../../../demo/cli.js';
import { Compartment } from '../../../lib/index.js';
import { standardCompartment, startSynthesized } from '../../../testbed/synthesized-aws.js';
import type { TestAws } from '../../../testbed/test-aws.js';
import { Credstash } from '../../src/index.js';
import { line, marks } from './doctor-lines.js';

let aws: TestAws;

beforeAll(async () => {
  aws = await startSynthesized((stack) => {
    const assumedBy = new AccountPrincipal(stack.account);
    const role = (roleName: string) => new Role(stack, roleName, { roleName, assumedBy });
    const bound = standardCompartment(stack, { bindNames: true });
    const scope = { names: ['app/*'], context: { env: 'prod' } };
    bound.grantRead(role('app-reader'), scope);
    bound.grantWrite(role('app-writer'), scope);
    new Compartment(stack, 'Moving', {
      compartmentName: 'moving',
      bindNames: true,
      openUnbound: true,
    });
    const open = new Compartment(stack, 'Open', { compartmentName: 'open' });
    open.grantRead(role('open-reader'));
    const actions = ['kms:DescribeKey', 'kms:GetKeyLastUsage'];
    const informed = role('informed-reader');
    open.grantRead(informed);
    informed.addToPolicy(new PolicyStatement({ actions, resources: ['*'] }));
  });
});
afterEach(() => aws.aws.clearFaults());
afterAll(() => aws.aws.stop());

/** Run it as a role, or else as the administrator. */
async function doctor(role?: string, ...args: string[]): Promise<Outcome> {
  return runCli(['doctor', ...args], await aws.env(role));
}

describe('doctor in a compartment that binds names', () => {
  test.each([
    ['reader', { read: 'ok', list: 'ok', write: 'NO' }],
    ['writer', { read: 'NO', list: 'NO', write: 'ok' }],
    [undefined, { read: 'ok', list: 'ok', write: 'ok' }],
  ])('tells %s what it may do, and that names are bound', async (role, expected) => {
    const outcome = await doctor(role);
    expect(marks(outcome)).toMatchObject({ table: 'ok', key: 'ok', alias: 'ok', ...expected });
    expect(line(outcome, 'key')).toMatch(/^ok .*\balias\/credstash: .*\bnames are bound\b/);
  });

  test.each([
    ['app-reader', 'read', 'grantRead'],
    ['app-writer', 'write', 'grantWrite'],
  ])('tells %s the truth of the given name and context', async (role, deed, grant) => {
    const expected = ['--expect', deed];
    const allowed = await doctor(role, 'app/a', 'env=prod', ...expected);
    expect(marks(allowed)).toMatchObject({ key: 'ok', [deed]: 'ok' });
    expect(allowed.exitCode).toBe(0);
    for (const other of [['other', 'env=prod'], ['app/a', 'env=dev'], []]) {
      const refused = await doctor(role, ...other, ...expected);
      expect(marks(refused)).toMatchObject({ [deed]: 'NO' });
      expect(line(refused, deed)).toContain(grant);
      expect(refused.exitCode).toBe(1);
    }
  });

  test('tries the pairs that are given by hand', async () => {
    const pairs = ['credstash:name=app/a', 'credstash:version=0000000000000000007'];
    const outcome = await doctor('app-reader', 'app/a', 'env=prod', ...pairs, '--expect', 'read');
    expect(outcome.exitCode).toBe(0);
  });

  test('says that names are bound while unbound secrets can still be read', async () => {
    const outcome = await doctor(undefined, '--compartment', 'moving');
    expect(marks(outcome)).toMatchObject({ read: 'ok', write: 'ok' });
    expect(line(outcome, 'key')).toContain('names are bound');
  });

  test('says nothing of it where names are not bound', async () => {
    expect((await doctor(undefined, '--compartment', 'open')).stdout).not.toContain(
      'names are bound',
    );
    const denied = await doctor('reader', '--compartment', 'open');
    expect(marks(denied)).toMatchObject({ read: 'NO', write: 'NO' });
    expect(denied.stdout).not.toContain('names are bound');
  });
});

describe("doctor on the key's last use", () => {
  const today = new Date().toISOString().slice(0, 10);

  test('tells its day and the call, and before that since when there was none', async () => {
    const keyLine = async (role?: string) =>
      line(await doctor(role, '--compartment', 'open'), 'key');
    const key = 'ok  key       alias/credstash-open';
    expect(await keyLine()).toBe(`${key}: not used since ${today}`);
    const credstash = new Credstash({ ...aws.clients(), compartment: 'open' });
    await credstash.put('foo', 'bar');
    expect(await keyLine()).toBe(`${key}: last used on ${today} for GenerateDataKey`);
    await credstash.get('foo');
    expect(await keyLine()).toBe(`${key}: last used on ${today} for Decrypt`);
  });

  test('tells it to a reader who may ask, and says nothing of it to another', async () => {
    const settings = 'it answers, but you are not allowed to see its settings';
    const keyLine = async (role: string) =>
      line(await doctor(role, '--compartment', 'open', '--expect', 'read'), 'key');
    expect(await keyLine('informed-reader')).toContain(`${settings}; last used on ${today}`);
    expect(await keyLine('open-reader')).toMatch(new RegExp(`^ok .*${settings}$`));
  });

  test('says nothing where the service does not know the call, and asks only once', async () => {
    for (const error of ['UnknownOperationException', 'InternalFailure']) {
      aws.aws.inject({ action: 'kms:GetKeyLastUsage', error });
      aws.takeCalls();
      const outcome = await doctor(undefined, '--compartment', 'open');
      expect(line(outcome, 'key')).toBe('ok  key       alias/credstash-open');
      expect(outcome.exitCode).toBe(0);
      expect(aws.takeCalls().filter((call) => call === 'kms:GetKeyLastUsage')).toHaveLength(1);
      aws.aws.clearFaults();
    }
  });
});
