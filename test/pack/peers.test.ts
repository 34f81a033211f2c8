import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { peerDependencies } from '../../package.json';
import { blocks } from '../documentation';
import { single } from '../templates';

const run = promisify(execFile);
const ROOT = join(__dirname, '../..');

let folder: string;

/** The packed constructs, with the oldest peers that they accept. */
beforeAll(async () => {
  await mkdir(join(ROOT, 'dist'), { recursive: true });
  folder = await mkdtemp(join(ROOT, 'dist/peers-'));
  await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT });
  const tarballs = (await readdir(folder)).map((file) => `./${file}`);
  const oldest = Object.entries(peerDependencies).map(([name, range]) => {
    expect(range).toMatch(/^\^\d+\.\d+\.\d+$/);
    return `${name}@${range.slice(1)}`;
  });
  await mkdir(join(folder, 'oldest'));
  await writeFile(join(folder, 'oldest/package.json'), '{ "private": true }');
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--silent'];
  const install = ['install', ...quiet, ...tarballs.map((file) => `../${file}`), ...oldest];
  await run('npm', install, { cwd: join(folder, 'oldest') });
}, 300_000);

afterAll(() => rm(folder, { recursive: true }));

/** Run an app with what is installed at a place, and give a file that it writes. */
async function synthesize(place: string, app: string, file: string): Promise<unknown> {
  await writeFile(join(place, 'application.mjs'), app);
  const env = { ...process.env, CDK_OUTDIR: join(place, 'cdk.out') };
  await run(process.execPath, ['application.mjs'], { cwd: place, env });
  return JSON.parse(await readFile(join(place, file), 'utf8'), single);
}

test('the oldest aws-cdk-lib of the peer range synthesizes what the newest does', async () => {
  const [readme = ''] = await blocks('README.md', 'ts');
  const template = 'cdk.out/Application.template.json';
  const newest = await synthesize(folder, readme, template);
  expect(JSON.stringify(newest)).toContain('dynamodb:LeadingKeys');
  expect(await synthesize(join(folder, 'oldest'), readme, template)).toEqual(newest);
});

test('the oldest aws-cdk-lib of the peer range writes the lockfile that the newest does', async () => {
  const app = `
    import { App, Validations } from 'aws-cdk-lib';
    import { CompartmentAccess, CompartmentStack } from 'cdk-credstash';
    const app = new App();
    Validations.of(app).addPlugins(new CompartmentAccess());
    new CompartmentStack(app, 'Secrets', { env: { account: '123456789012', region: 'eu-west-1' } });`;
  const newest = await synthesize(folder, app, 'credstash-access.json');
  expect(JSON.stringify(newest)).toContain('arn:aws:dynamodb:eu-west-1:123456789012:table/');
  const lockfile = await synthesize(join(folder, 'oldest'), app, 'credstash-access.json');
  expect(lockfile).toEqual(newest);
});
