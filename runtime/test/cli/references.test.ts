import { runCli } from '../../../demo/cli.js';
import { formatReference } from '../../src/index.js';
import { Setting } from './setting.js';
import { sample, values } from './strings.js';

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
  await setting.credstash.putAll({ 'app/user': 'app', 'app/password': 'p', 'odd name?': 'odd' });
  await setting.credstash.put('bound', 'b', { context: { env: 'prod' } });
  await setting.credstash.put('zero', 's3cr3t\0');
});
afterAll(() => setting.close());

/** What exec --refs does where the environment has some variables. */
const exec = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  runCli(['exec', '--refs', ...args], { ...setting.env, ...env });

const PRINT = ['--', process.execPath, '-p', 'JSON.stringify(process.env)'];

/** The environment of the child. */
async function environment(env: NodeJS.ProcessEnv, ...args: string[]) {
  const { stdout, stderr } = await exec(env, ...args, ...PRINT);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Record<string, string>;
}

test('exec --refs replaces references in the environment, and nothing else', async () => {
  const env = {
    DB_USER: 'credstash:app/user',
    DB_ODD: formatReference('odd name?'),
    DB_BOUND: 'credstash:bound?context.env=prod',
    DB_HOST: 'db',
    DB_URL: 'postgres://credstash:app/user',
  };
  expect(await environment(env)).toMatchObject({
    DB_USER: 'app',
    DB_ODD: 'odd',
    DB_BOUND: 'b',
    DB_HOST: 'db',
    DB_URL: 'postgres://credstash:app/user',
  });
});

test.each([
  '"credstash:app/user"',
  "'credstash:app/user'",
  ' credstash:app/user',
  'CREDSTASH:app/user',
])('exec --refs leaves %j as it is, as an env file may give it, and warns', async (value) => {
  expect(await exec({ DB_USER: value }, '--', 'printenv', 'DB_USER')).toEqual({
    exitCode: 0,
    stdout: `${value}\n`,
    stderr:
      'warning: DB_USER is no reference: its value must start with credstash:, in lower case\n',
  });
});

test('exec without --refs leaves references as they are', async () => {
  const env = { ...setting.env, DB_USER: 'credstash:app/user' };
  const { stdout } = await runCli(['exec', 'app/user', '--', 'printenv', 'DB_USER'], env);
  expect(stdout).toBe('credstash:app/user\n');
});

test('exec --refs starts the command without a call where nothing is a reference', async () => {
  setting.aws.takeCalls();
  expect(await exec({}, '--', 'echo', 'started')).toMatchObject({ stdout: 'started\n' });
  expect(setting.aws.takeCalls()).toEqual([]);
});

test('exec --refs takes the compartment from CREDSTASH_COMPARTMENT beside the references', async () => {
  await setting.run('--compartment', 'prod', 'put', 'app/user', 'of prod');
  const env = { CREDSTASH_COMPARTMENT: 'prod', DB_USER: 'credstash:app/user' };
  expect(await environment(env)).toMatchObject({ DB_USER: 'of prod' });
});

test('exec --refs takes the encryption context of all references from --context, or refuses two', async () => {
  const context = ['--context', 'env=prod'];
  expect(await environment({ A: 'credstash:bound' }, ...context)).toMatchObject({ A: 'b' });
  expect(await exec({ A: 'credstash:bound?context.env=prod' }, ...context, ...PRINT)).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'A: The encryption context is given twice, in the reference and for all of them.\n',
  });
});

test('exec --refs goes with names, --pristine and --no-clobber', async () => {
  const env = { APP_USER: 'credstash:app/password', KEPT: 'kept' };
  expect(await environment(env, 'app/*')).toMatchObject({ APP_USER: 'app', APP_PASSWORD: 'p' });
  expect(await environment(env, 'app/*', '--no-clobber')).toMatchObject({ APP_USER: 'p' });
  expect(await environment(env, '--pristine')).toEqual({
    APP_USER: 'p',
    PATH: process.env.PATH,
  });
});

test('exec --refs gives the child a value as it is, whatever it holds', async () => {
  const list = sample(values, 3).flat();
  const stored = new Map(list.map((value, i) => [`v${i}`, value]));
  await setting.credstash.putAll(stored, { autoVersion: true });
  const env = Object.fromEntries([...stored.keys()].map((name) => [name, `credstash:${name}`]));
  expect(await environment(env)).toMatchObject(Object.fromEntries(stored));
});

describe('exec --refs does not start the command', () => {
  test('if secrets do not exist, and names the variables', async () => {
    const env = { A: 'credstash:nope', B: 'credstash:app/user?version=9', C: 'credstash:app/user' };
    expect(await exec(env, ...PRINT)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `A: Item {'name': 'nope'} couldn't be found.
B: Item {'name': 'app/user', 'version': '0000000000000000009'} couldn't be found.
${process.execPath} was not started
`,
    });
  });

  test.each([
    ['a reference is malformed', 'credstash:s3cr3t%', /^A: The reference has a character that/],
    ["a secret can't be read", 'credstash:bound', /^A: KMS ERROR: Could not decrypt/],
    ['a value has a zero byte', 'credstash:zero', /^A: an environment variable can't contain a/],
  ])('if %s, and shows no value', async (_, reference, message) => {
    const { exitCode, stdout, stderr } = await exec({ A: reference }, ...PRINT);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('s3cr3t');
  });
});

describe('exec --refs --skip-missing', () => {
  test('removes the variables whose secrets do not exist, and warns of each', async () => {
    const env = { A: 'credstash:nope', B: 'credstash:app/user' };
    const { stdout, stderr } = await exec(env, '--skip-missing', ...PRINT);
    expect(stderr).toBe('warning: A is removed: its secret does not exist\n');
    expect(JSON.parse(stdout)).toMatchObject({ B: 'app' });
    expect(JSON.parse(stdout)).not.toHaveProperty('A');
  });

  test("does not start the command if a secret that exists can't be read", async () => {
    const env = { A: 'credstash:nope', B: 'credstash:bound' };
    const { exitCode, stderr } = await exec(env, '--skip-missing', ...PRINT);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^B: KMS ERROR: [^\n]*\n[^\n]* was not started\n$/);
  });

  test('is a usage error without --refs', async () => {
    expect(await setting.run('exec', 'app/user', '--skip-missing', '--', 'true')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'error: --skip-missing requires --refs\n',
    });
  });
});
