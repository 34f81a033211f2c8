import { context } from 'esbuild';

import { buildBundles, BUNDLES } from './bundles';

/** Build all bundles; with `--watch`, again after each change. */
async function main(): Promise<void> {
  if (!process.argv.includes('--watch')) return buildBundles();
  for (const options of BUNDLES) await (await context({ ...options, logLevel: 'info' })).watch();
}

void main();
