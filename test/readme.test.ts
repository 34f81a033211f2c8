import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cliCommand, linkCli } from '../demo/cli';
import { Credstash } from '../runtime/src/index.js';
import { applyTemplate } from '../testbed';
import { ACCOUNT } from '../testbed/service';
import { assumeRole, trustIn } from '../testbed/stand-up';
import { TestAws } from '../testbed/test-aws';
import type { Template } from '../testbed';
import { blocks, exampleFolder, runTypeScript } from './documentation';

const run = promisify(execFile);
const ROOT = join(__dirname, '..');

let folder: string;
let test_: TestAws;

beforeAll(async () => {
  folder = await exampleFolder();
  test_ = await TestAws.startWith(() => Promise.resolve());
});

afterAll(async () => {
  await test_.aws.stop();
  await rm(folder, { recursive: true });
});

test("the README's construct, library and CLI examples work as shown", async () => {
  const [infrastructure = '', , application = ''] = await blocks('README.md', 'ts');
  const [, session = ''] = await blocks('README.md', 'console');

  await runTypeScript(folder, infrastructure, { CDK_OUTDIR: folder });
  const synthesized = await readFile(join(folder, 'Application.template.json'), 'utf8');
  await applyTemplate(JSON.parse(synthesized) as Template, test_.target);

  const output = await runTypeScript(folder, application, await test_.env());
  expect(output).toBe('battery staple\ncorrect horse\napp/db.password 14\n');

  await linkCli(folder);
  const env = { ...process.env, ...(await test_.env()), PATH: `${folder}:${process.env.PATH}` };
  // What is said on either stream is shown in the README, as on a terminal.
  const typed = session.replace(/^\$ (.*)$/gm, (_, command: string) => `${command} 2>&1`);
  const script = typed.split('\n').filter((line) => line.endsWith(' 2>&1'));
  const cleanUp = 'credstash --compartment prod delete app/db.password >/dev/null';
  const { stdout } = await run('bash', ['-c', [cleanUp, ...script, 'true'].join('\n')], { env });
  const dateless = (text: string) => text.replace(/(?<=last used on )\d{4}-\d\d-\d\d/, 'DATE');
  expect(dateless(stdout)).toBe(dateless(session.replace(/^\$ .*\n/gm, '')));
});

test("the README's function reads one secret of a compartment that it imports, and no other", async () => {
  const [, imported = ''] = await blocks('README.md', 'ts');
  await runTypeScript(folder, imported, { CDK_OUTDIR: folder });
  const synthesized = await readFile(join(folder, 'Functions.template.json'), 'utf8');
  const { Resources } = JSON.parse(synthesized) as Template;
  const idOf = (type: string) =>
    Object.keys(Resources).find((id) => Resources[id]?.Type === `AWS::IAM::${type}`) ?? '';
  const [role, policy] = [idOf('Role'), idOf('Policy')];
  // No function runs here: the account assumes its role, which has the policy of the grant alone.
  const Properties = { AssumeRolePolicyDocument: trustIn(ACCOUNT) };
  const resources = { [role]: { ...Resources[role], Properties }, [policy]: Resources[policy] };
  await applyTemplate({ Resources: resources } as Template, test_.target);

  const compartment = 'prod';
  const admin = new Credstash({ ...test_.clients(), compartment });
  await admin.putAll({ 'app/db.password': 'v', 'app/other': 'v' }, { autoVersion: true });
  const handler = new Credstash({ ...(await test_.clientsOf(role)), compartment });
  expect(await handler.get('app/db.password')).toBe('v');
  await expect(handler.get('app/other')).rejects.toMatchObject({ code: 'ERR_ACCESS_DENIED' });
});

test("the README's roles may do what it says, and no more", async () => {
  const as = async (name: string) => {
    const identity = await assumeRole(test_.target, name);
    return { ...(await test_.env()), ...identity, CREDSTASH_COMPARTMENT: 'prod' };
  };
  const cli = async (name: string, ...args: string[]) => {
    const env = { ...process.env, ...(await as(name)) };
    return run(...cliCommand(...args), { env });
  };
  await cli('deployer', 'put', 'app/a', 'v', 'env=prod');
  await expect(cli('deployer', 'put', 'b', 'v', 'env=prod')).rejects.toThrow(/AccessDenied/);
  await expect(cli('deployer', 'put', 'app/b', 'v', 'env=dev')).rejects.toThrow(/AccessDenied/);
  await expect(cli('deployer', 'get', 'app/a', 'env=prod')).rejects.toThrow(/AccessDenied/);
});

test('the README has the two commands that CI runs', async () => {
  const shell = await blocks('README.md', 'sh');
  expect(shell).toEqual(
    expect.arrayContaining(['npm ci && npm run demo\n', 'npm ci && npm test\n']),
  );
  const ci = await readFile(join(ROOT, '.ci/run'), 'utf8');
  expect(ci).toContain('npm ci && npm test\n');
  expect(ci).toContain('npm run demo\n');
});

test('the examples of docs/iam.md limit a grant, and give the policies of a second region other names', async () => {
  const examples = await blocks('docs/iam.md', 'ts');
  const code = `
    import { App, Stack } from 'aws-cdk-lib';
    import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
    import { Compartment } from 'cdk-credstash';
    const stack = new Stack(new App(), 'Second', { env: { region: 'eu-west-1' } });
    const role = new Role(stack, 'Role', { assumedBy: new AccountRootPrincipal() });
    const secrets = new Compartment(stack, 'First');
    ${examples.join('\n')}`;
  await runTypeScript(folder, code, { CDK_OUTDIR: folder });
  const template = await readFile(join(folder, 'Second.template.json'), 'utf8');
  expect(template).toContain('"credstash-prod-read-secrets-eu-west-1"');
  expect(template).toMatch(/"dynamodb:LeadingKeys": \[\s*"app\/db",\s*"web\/\*"\s*\]/);
});
