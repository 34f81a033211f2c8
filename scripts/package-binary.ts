import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { buildExecutable } from './executable';
import { NODES, type Architecture } from './node-binaries';

const FOLDER = join(__dirname, '../dist/binary');

/** Build and pack the CLI for the architectures that are named, or for all. */
async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const all = ['x64', 'arm64'] as const;
  for (const name of positionals) {
    if (!all.includes(name as Architecture)) throw new Error(`${name} is not ${all.join(' or ')}`);
  }
  const chosen = positionals.length > 0 ? (positionals as Architecture[]) : all;
  for (const architecture of chosen) {
    const name = `linux-${architecture}`;
    const folder = join(FOLDER, name);
    await buildExecutable(24, architecture, folder);
    const archive = join(FOLDER, `credstash-${name}.tar.gz`);
    // Of nobody on this machine, and without the folder, whose mode tar would set where it unpacks.
    const owner = ['--owner=0', '--group=0', '--numeric-owner'];
    execFileSync('tar', ['-czf', archive, ...owner, '-C', folder, ...readdirSync(folder)]);
    console.log(`${archive}: with Node.js ${NODES[24].version}`);
  }
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
