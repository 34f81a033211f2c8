import { runCli } from '../../../demo/cli.js';
import { Compartment } from '../../../lib/index.js';
import { role, standardCompartment, startSynthesized } from '../../../testbed/synthesized-aws.js';
import type { TestAws } from '../../../testbed/test-aws.js';

let aws: TestAws;

beforeAll(async () => {
  aws = await startSynthesized((stack) => {
    const compartment = standardCompartment(stack, { bindNames: true });
    const names = ['app/*'];
    compartment.grantRead(role(stack, 'app-reader'), { names });
    compartment.grantWrite(role(stack, 'app-writer'), { names, context: { env: 'prod' } });
    const moving = new Compartment(stack, 'Moving', {
      compartmentName: 'moving',
      bindNames: true,
      openUnbound: true,
    });
    role(stack, 'moving-reader').addManagedPolicy(moving.readPolicy);
    role(stack, 'moving-writer').addManagedPolicy(moving.writePolicy);
    role(stack, 'nobody');
    new Compartment(stack, 'Plain', { compartmentName: 'plain' });
  });
});

afterAll(() => aws.aws.stop());

async function doctor(identity: string | undefined, ...args: string[]) {
  return runCli(['doctor', ...args], await aws.env(identity));
}

describe('doctor in a compartment that binds names', () => {
  test.each([
    ['reader', 'read'],
    ['writer', 'write'],
    ['app-reader', 'read', 'app/a'],
    ['app-writer', 'write', 'app/a', 'env=prod'],
    ['moving-reader', 'read', '--compartment', 'moving'],
    ['moving-writer', 'write', '--compartment', 'moving'],
  ])('says that the role %s may %s', async (identity, permission, ...args) => {
    const { exitCode, stdout } = await doctor(identity, ...args, '--expect', permission);
    expect(stdout).toMatch(new RegExp(`^ok {2}${permission} +allowed$`, 'm'));
    expect(stdout).toMatch(/^ok {2}key /m);
    expect(exitCode).toBe(0);
  });

  test.each([
    ['reader', 'write', 'grantWrite'],
    ['nobody', 'write', 'grantWrite'],
    ['app-reader', 'read', 'grantRead', 'other'],
    ['app-writer', 'write', 'grantWrite', 'app/a', 'env=dev'],
  ])('says that the role %s may not %s, and names %s', async (...row) => {
    const [identity, permission, grant, ...args] = row;
    const { exitCode, stdout } = await doctor(identity, ...args, '--expect', permission);
    expect(stdout).toMatch(new RegExp(`^NO {2}${permission} .*: ${grant}, `, 'm'));
    expect(exitCode).toBe(1);
  });

  test('says to an administrator that all is well', async () => {
    expect(await doctor(undefined)).toMatchObject({ exitCode: 0 });
  });

  test.each([
    ['credstash', 'reader'],
    ['credstash', 'writer'],
    ['credstash', undefined],
    ['moving', 'moving-writer'],
  ])('says that names are bound in the compartment %s: to %s', async (compartment, identity) => {
    const { stdout } = await doctor(identity, '--compartment', compartment);
    expect(stdout).toMatch(/^ok {2}key .*: .*\bnames are bound\b/m);
  });

  test('tries the pairs that are given by hand', async () => {
    const pairs = ['credstash:name=app/a', 'credstash:version=0000000000000000007'];
    const outcome = await doctor('app-reader', 'app/a', ...pairs, '--expect', 'read');
    expect(outcome.exitCode).toBe(0);
  });
});

test.each([undefined, 'reader'])(
  'doctor says nothing of bound names where they are not bound: to %s',
  async (identity) => {
    const { stdout } = await doctor(identity, '--compartment', 'plain');
    expect(stdout).toMatch(/^(ok|\?\?) {2}key /m);
    expect(stdout).not.toContain('names are bound');
  },
);

test.each(['credstash', 'moving', 'plain'])(
  'setup leaves the policies of the compartment %s as an app made them',
  async (compartment) => {
    const args = ['setup', '--dry-run', '--compartment', compartment];
    const { exitCode, stdout } = await runCli(args, await aws.env());
    expect(exitCode).toBe(0);
    expect(stdout.match(/^ {2}\w+ +policy/gm)).toEqual([
      '  unchanged  policy',
      '  unchanged  policy',
    ]);
  },
);
