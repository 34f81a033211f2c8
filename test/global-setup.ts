import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { buildBundles } from '../scripts/bundles';

const ROOT = join(__dirname, '..');
const TEMPLATE = join(ROOT, 'runtime/dist/compartment.template.json');

/** Build from the sources as they are now what the tests run: the CLI, and the template of setup. */
export default async function globalSetup(): Promise<void> {
  await buildBundles();
  if (isStale()) {
    const synthesize = ['--import', 'tsx', 'bin/compartment-template.ts', TEMPLATE];
    execFileSync(process.execPath, synthesize, { cwd: ROOT, stdio: 'inherit' });
  }
}

/** Whether the template is older than its sources: to synthesize it takes seconds. */
function isStale(): boolean {
  const written = statSync(TEMPLATE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['bin', 'lib', 'lib/private'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((file) => join(ROOT, folder, file)),
  );
  return [...sources, join(ROOT, 'cdk.json')].some((file) => statSync(file).mtimeMs > written);
}
