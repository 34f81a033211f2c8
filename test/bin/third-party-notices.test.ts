import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Metafile } from 'esbuild';

const run = promisify(execFile);
const ROOT = join(__dirname, '../..');
const SCRIPT = join(ROOT, 'bin/third-party-notices.ts');
const TSX = require.resolve('tsx');

/** The packages with code in a bundle, as esbuild tells: `name version`. */
async function bundled(metafile: string): Promise<string[]> {
  const text = await readFile(join(ROOT, 'dist/metafiles', metafile), 'utf8');
  const outputs = Object.values((JSON.parse(text) as Metafile).outputs);
  const modules = outputs.flatMap(({ inputs }) => Object.keys(inputs)).join('\n');
  const folders = modules.match(/^node_modules\/(@[^/]+\/)?[^/]+/gm);
  const names = Array.from(new Set(folders), async (folder) => {
    const manifest = await readFile(join(ROOT, folder, 'package.json'), 'utf8');
    const { name, version } = JSON.parse(manifest) as { name: string; version: string };
    return `${name} ${version}`;
  });
  return Promise.all(names);
}

test.each([
  ['cdk-credstash', '.', ['runtime.json']],
  ['credstash-runtime', 'runtime', ['cli.json', 'provisioner.json']],
])('%s has a notice for each package in its bundles', async (_, folder, metafiles) => {
  const notices = await readFile(join(ROOT, folder, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  const noticed = new Set<string>();
  for (const notice of notices.split(/^-{80}$/m).slice(1)) {
    const [packages = '', ...text] = notice.trim().split('\n\n');
    expect(text.join()).toMatch(/permission notice|License, Version 2\.0|conditions/i);
    for (const line of packages.split('\n')) {
      const [, name = ''] = /^(\S+ \d\S+) \((MIT|ISC|Apache-2\.0|BSD-2-Clause)\)$/.exec(line) ?? [];
      noticed.add(name);
    }
  }
  const expected = (await Promise.all(metafiles.map(bundled))).flat();
  expect(expected).toContainEqual(expect.stringMatching(/^@aws-sdk\/client-kms /));
  expect([...noticed].sort()).toEqual([...new Set(expected)].sort());
});

test('a bundled package without a licence text fails the build', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'notices-'));
  await mkdir(join(folder, 'node_modules/bare'), { recursive: true });
  const manifest = { name: 'bare', version: '1.0.0', license: 'MIT' };
  await writeFile(join(folder, 'node_modules/bare/package.json'), JSON.stringify(manifest));
  const metafile = { outputs: { 'a.js': { inputs: { 'node_modules/bare/index.js': {} } } } };
  await writeFile(join(folder, 'meta.json'), JSON.stringify(metafile));
  const write = () =>
    run(process.execPath, ['--import', TSX, SCRIPT, 'notices.txt', 'meta.json'], { cwd: folder });

  await expect(write()).rejects.toThrow(/bare is bundled, and has no licence text/);
  await writeFile(join(folder, 'node_modules/bare/LICENSE'), 'Do as you like.');
  await write();
  expect(await readFile(join(folder, 'notices.txt'), 'utf8')).toContain('Do as you like.');
  await rm(folder, { recursive: true });
});
