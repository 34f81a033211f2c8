import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { version } from '../package.json';
import { NOTICES } from '../scripts/bundles';
import { NODES } from '../scripts/node-binaries';

const run = promisify(execFile);
const ROOT = join(__dirname, '..');
const FOLDER = join(ROOT, '.github/workflows');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}
interface Job {
  readonly steps: Step[];
  readonly strategy?: { readonly matrix: { readonly include: { architecture: string }[] } };
}
interface Workflow {
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

const read = (file: string) => parse(readFileSync(join(FOLDER, file), 'utf8')) as Workflow;
const steps = ({ jobs }: Workflow) => Object.values(jobs).flatMap((job) => job.steps);

/** The commands of the release that begin so. */
const commands = (start: string) =>
  steps(read('release.yml')).flatMap((step) => (step.run?.startsWith(start) ? [step.run] : []));

describe.each(readdirSync(FOLDER))('the workflow %s', (file) => {
  test('pins each action by the hash of a commit, and names its version', () => {
    const uses = readFileSync(join(FOLDER, file), 'utf8').match(/^.*\buses:.*$/gm) ?? [];
    expect(uses).not.toHaveLength(0);
    for (const line of uses) expect(line).toMatch(/uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('may write nothing unless a job asks for it, and keeps no credentials', () => {
    expect(Object.values(read(file).permissions)).not.toContain('write');
    const checkouts = steps(read(file)).filter(({ uses }) => uses?.startsWith('actions/checkout'));
    for (const { with: inputs } of checkouts) expect(inputs?.['persist-credentials']).toBe(false);
  });
});

test('a release publishes what npm pack makes of both packages', async () => {
  rmSync(join(ROOT, 'dist/npm'), { recursive: true, force: true });
  const [pack = ''] = commands('mkdir -p dist/npm && npm pack');
  await run('bash', ['-c', pack], { cwd: ROOT });

  const publish = 'npm publish --provenance --access public ';
  const published = commands(publish).map((command) => command.slice(publish.length));
  const { stdout } = await run('bash', ['-c', `ls ${published.join(' ')}`], { cwd: ROOT });
  const expected = [`cdk-credstash-${version}.tgz`, `credstash-runtime-${version}.tgz`];
  expect(stdout.trim().split('\n')).toEqual(expected.map((file) => `./dist/npm/${file}`));
  expect(readdirSync(join(ROOT, 'dist/npm'))).toEqual(expected);
});

test('the SBOM of a release has every package in a bundle', async () => {
  const [sbom = ''] = commands('npm sbom');
  await run('bash', ['-c', sbom], { cwd: ROOT });
  const { components } = JSON.parse(readFileSync(join(ROOT, 'dist/sbom.cdx.json'), 'utf8')) as {
    components: { name: string }[];
  };
  const listed = new Set(components.map(({ name }) => name));
  for (const options of NOTICES.keys()) {
    const { metafile } = await build({ ...options, metafile: true, write: false });
    const outputs = Object.values(metafile?.outputs ?? {});
    const modules = outputs.flatMap(({ inputs }) => Object.keys(inputs)).join('\n');
    const packages = modules.match(/(?<=node_modules\/)(@[^/\n]+\/)?[^/\n]+(?=\/)/g) ?? [];
    expect(packages).toContain('@aws-sdk/client-kms');
    expect(packages.filter((name) => !listed.has(name))).toEqual([]);
  }
});

test('a release builds the executables beside the Node.js that npm serves for them', () => {
  const { steps: ofBinary = [], strategy } = read('release.yml').jobs.binary ?? {};
  const architectures = strategy?.matrix.include.map(({ architecture }) => architecture);
  expect(architectures).toEqual(Object.keys(NODES[24]).filter((key) => key !== 'version'));
  const versions = ofBinary.flatMap((step) => step.with?.['node-version'] ?? []);
  expect(versions).toEqual([NODES[24].version]);
});

test('the changelog tells what is in this version', () => {
  const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
  expect(changelog).toMatch(new RegExp(`^## \\[${version}\\]`, 'm'));
});
