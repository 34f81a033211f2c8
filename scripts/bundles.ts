import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { build, type BuildOptions } from 'esbuild';

import { notices } from './notices';

const ROOT = join(__dirname, '..');

const common = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  legalComments: 'none', // notices.ts collects the licences
  logLevel: 'warning',
} satisfies BuildOptions;

/** credstash-runtime: its users install the AWS SDK. */
const LIBRARY = {
  ...common,
  entryPoints: { index: 'runtime/src/index.ts', testing: 'runtime/src/testing/index.ts' },
  outdir: 'runtime/dist',
  packages: 'external',
} satisfies BuildOptions;

/** The CLI, and in a file of its own what only some commands need. */
export const CLI = {
  ...common,
  entryPoints: {
    credstash: 'runtime/src/cli/main.ts',
    'credstash-provisioner': 'runtime/src/cli/input/provisioner.ts',
  },
  outdir: 'runtime/dist',
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  minify: true,
  keepNames: true,
  external: ['./credstash-provisioner.cjs'],
} satisfies BuildOptions;

/** Of the executable, which can load neither another file nor, from a code cache, by `import()`. */
export const EXECUTABLE = {
  ...common,
  entryPoints: ['runtime/src/cli/main.ts'],
  format: 'cjs',
  minify: true,
  keepNames: true,
  supported: { 'dynamic-import': false },
  plugins: [
    {
      name: 'provisioner-inside',
      setup: ({ onResolve }) =>
        onResolve({ filter: /\/credstash-provisioner\.cjs$/ }, () => ({
          path: join(ROOT, 'runtime/src/cli/input/provisioner.ts'),
        })),
    },
  ],
} satisfies BuildOptions;

/** Of cdk-credstash/runtime: jsii allows no dependency, so the AWS SDK is inside. */
export const RUNTIME = {
  ...common,
  entryPoints: ['runtime/src/index.ts'],
  outfile: 'build/runtime/index.js',
  format: 'cjs',
  minify: true,
  keepNames: true,
} satisfies BuildOptions;

/** All that the two packages ship, but for what jsii compiles. */
export const BUNDLES: readonly BuildOptions[] = [
  CLI,
  { ...LIBRARY, format: 'esm' },
  { ...LIBRARY, format: 'cjs', outExtension: { '.js': '.cjs' } },
  RUNTIME,
];

/** Where the licences of the bundles go that have packages inside. */
export const NOTICES: ReadonlyMap<BuildOptions, string> = new Map<BuildOptions, string>([
  [CLI, 'runtime/THIRD-PARTY-NOTICES.txt'],
  [RUNTIME, 'THIRD-PARTY-NOTICES.txt'],
]);

export async function buildBundles(): Promise<void> {
  await Promise.all(BUNDLES.map(buildBundle));
}

/** Build a bundle, and write the licences of the packages that are inside it. */
async function buildBundle(options: BuildOptions): Promise<void> {
  const { metafile } = await build({ ...options, metafile: true });
  const file = NOTICES.get(options);
  if (file !== undefined) await writeFile(join(ROOT, file), notices(metafile, ROOT));
}
