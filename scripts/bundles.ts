import { join } from 'node:path';

import { build, type BuildOptions } from 'esbuild';

const common = {
  absWorkingDir: join(__dirname, '..'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  legalComments: 'external',
  logLevel: 'warning',
} satisfies BuildOptions;

const library = { ...common, entryPoints: ['runtime/src/index.ts'] };

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

/** All that the two packages ship, but for what jsii compiles. */
export const BUNDLES: readonly BuildOptions[] = [
  CLI,
  // credstash-runtime: its users install the AWS SDK.
  { ...library, outfile: 'runtime/dist/index.js', format: 'esm', packages: 'external' },
  { ...library, outfile: 'runtime/dist/index.cjs', format: 'cjs', packages: 'external' },
  // cdk-credstash/runtime: jsii allows no dependency, so the AWS SDK is inside.
  { ...library, outfile: 'build/runtime/index.js', format: 'cjs', minify: true, keepNames: true },
];

export async function buildBundles(): Promise<void> {
  await Promise.all(BUNDLES.map((options) => build(options)));
}
