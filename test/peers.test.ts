import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { peerDependencies } from '../package.json';

const run = promisify(execFile);
const ROOT = join(__dirname, '..');

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

/** The template of the README's application, made by what is installed at a place. */
async function synthesize(place: string): Promise<unknown> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const [, application = ''] = /^```ts\n([^]*?)^```$/m.exec(readme) ?? [];
  await writeFile(join(place, 'application.mjs'), application);
  const env = { ...process.env, CDK_OUTDIR: join(place, 'cdk.out') };
  await run(process.execPath, ['application.mjs'], { cwd: place, env });
  const template = await readFile(join(place, 'cdk.out/Application.template.json'), 'utf8');
  return JSON.parse(template, single);
}

/** A list of one resource means the same as that resource. Versions differ in which they write. */
function single(key: string, value: unknown): unknown {
  return key === 'Resource' && Array.isArray(value) && value.length === 1 ? value[0] : value;
}

test('the oldest aws-cdk-lib of the peer range synthesizes what the newest does', async () => {
  const newest = await synthesize(folder);
  expect(JSON.stringify(newest)).toContain('dynamodb:LeadingKeys');
  expect(await synthesize(join(folder, 'oldest'))).toEqual(newest);
});
