import { execFile } from 'node:child_process';
import { chmod, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { blocks, exampleFolder, runTypeScript } from '../../documentation';

const CLI = join(__dirname, '../../../runtime/dist/credstash.cjs');

let folder: string;

beforeAll(async () => {
  folder = await exampleFolder();
});
afterAll(() => rm(folder, { recursive: true }));

test('the examples of docs/access.md acknowledge a rule, and tell who can use a secret', async () => {
  const [plugin = '', acknowledgement = ''] = await blocks('docs/access.md', 'ts');
  const app = `
    import { Stack } from 'aws-cdk-lib';
    import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
    import { Compartment } from 'cdk-credstash';
    ${plugin}
    const stack = new Stack(app, 'Shop');
    const secrets = new Compartment(stack, 'Secrets', { compartmentName: 'prod' });
    const role = (id: string) => new Role(stack, id, { assumedBy: new AccountRootPrincipal() });
    secrets.grantRead(role('Web'), { names: ['app/*'] });
    secrets.grantWrite(role('Deployer'), { names: ['app/*'], context: { env: 'prod' } });
    const admin = role('Admin');
    secrets.grantRead(admin, { names: ['app/*'] });
    secrets.grantWrite(admin, { names: ['app/*'] });
    ${acknowledgement}`;
  await runTypeScript(folder, app, { CDK_OUTDIR: join(folder, 'cdk.out') });

  await chmod(CLI, 0o755);
  await symlink(CLI, join(folder, 'credstash'));
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const [session = ''] = await blocks('docs/access.md', 'console');
  const [, command = ''] = /^\$ (.*)\n/.exec(session) ?? [];
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { env, cwd: folder });
  expect(stdout).toBe(session.replace(/^\$ .*\n/, ''));
});
