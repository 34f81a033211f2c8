import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build, type BuildOptions } from 'esbuild';

import { CLI, NOTICES, RUNTIME } from '../../scripts/bundles';
import { notices } from '../../scripts/notices';

const ROOT = join(__dirname, '../..');

/** The packages with code in a bundle, as esbuild tells: `name version`. */
async function bundled(options: BuildOptions): Promise<string[]> {
  const { metafile } = await build({ ...options, metafile: true, write: false });
  const outputs = Object.values(metafile?.outputs ?? {});
  const modules = outputs.flatMap(({ inputs }) => Object.keys(inputs)).join('\n');
  const folders = new Set(modules.match(/^(runtime\/)?node_modules\/(@[^/]+\/)?[^/]+/gm));
  return Array.from(folders, (folder) => {
    const manifest = readFileSync(join(ROOT, folder, 'package.json'), 'utf8');
    const { name, version } = JSON.parse(manifest) as { name: string; version: string };
    return `${name} ${version}`;
  });
}

test.each([
  ['cdk-credstash', RUNTIME],
  ['credstash-runtime', CLI],
])('%s ships a notice for each package inside its bundles', async (_, options: BuildOptions) => {
  const text = readFileSync(join(ROOT, NOTICES.get(options) ?? ''), 'utf8');
  const noticed = new Set<string>();
  for (const notice of text.split(/^-{80}$/m).slice(1)) {
    const [packages = '', ...terms] = notice.trim().split('\n\n');
    expect(terms.join()).toMatch(/permission notice|License, Version 2\.0|conditions/i);
    for (const line of packages.split('\n')) {
      const [, name = ''] = /^(\S+ \d\S+) \((MIT|ISC|Apache-2\.0|BSD-2-Clause)\)$/.exec(line) ?? [];
      noticed.add(name);
    }
  }
  const expected = await bundled(options);
  expect(expected).toContainEqual(expect.stringMatching(/^@aws-sdk\/client-kms /));
  expect([...noticed].sort()).toEqual([...new Set(expected)].sort());
});

test('a bundled package without a licence text fails the build', () => {
  const folder = mkdtempSync(join(tmpdir(), 'notices-'));
  mkdirSync(join(folder, 'node_modules/bare'), { recursive: true });
  const manifest = { name: 'bare', version: '1.0.0', license: 'MIT' };
  writeFileSync(join(folder, 'node_modules/bare/package.json'), JSON.stringify(manifest));
  const output = { inputs: { 'node_modules/bare/index.js': { bytesInOutput: 1 } } };
  const outputs = { 'a.js': { ...output, bytes: 1, imports: [], exports: [] } };

  expect(() => notices({ outputs }, folder)).toThrow(/bare is bundled, and has no licence text/);
  writeFileSync(join(folder, 'node_modules/bare/LICENSE'), 'Do as you like.');
  expect(notices({ outputs }, folder)).toContain('Do as you like.');
  rmSync(folder, { recursive: true });
});
