import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { build } from 'esbuild';

import { EXECUTABLE } from './bundles';
import { fetchNode, type Architecture, type NodeMajor } from './node-binaries';

const ROOT = join(__dirname, '..');
const TEMPLATE = 'compartment.template.json';
const NOTICES = 'THIRD-PARTY-NOTICES.txt';
/** What Node.js looks for in itself, to know whether it holds a program. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** The architecture of this machine. */
export function ownArchitecture(): Architecture {
  const { platform, arch } = process;
  if (platform === 'linux' && (arch === 'x64' || arch === 'arm64')) return arch;
  throw new Error(`The executables are built on Linux x64 or arm64, not on ${platform} ${arch}`);
}

/**
 * Build the CLI as one file that needs no Node.js, in a folder with the licences of what is in it.
 *
 * V8's code cache fits only the architecture that made it, and `strip` often knows only its own: the
 * executable for another architecture starts slower, and is larger.
 *
 * @returns The path of the executable.
 */
export async function buildExecutable(
  major: NodeMajor,
  architecture: Architecture,
  folder: string,
): Promise<string> {
  const own = ownArchitecture();
  const isNative = architecture === own;
  const target = fetchNode(major, architecture);
  const work = join(folder, 'work');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });

  await build({ ...EXECUTABLE, outfile: join(work, 'credstash.cjs') });
  const config = {
    main: 'credstash.cjs',
    output: 'blob',
    assets: { [TEMPLATE]: join(ROOT, 'runtime/dist', TEMPLATE) },
    useCodeCache: isNative,
    disableExperimentalSEAWarning: true,
    // NODE_OPTIONS is for other programs around it, and could make it run other code.
    execArgvExtension: 'none',
  };
  writeFileSync(join(work, 'config.json'), JSON.stringify(config));
  const node = join(fetchNode(major, own), 'bin/node');
  execFileSync(node, ['--experimental-sea-config', 'config.json'], { cwd: work, stdio: 'pipe' });

  const executable = join(folder, 'credstash');
  copyFileSync(join(target, 'bin/node'), executable);
  chmodSync(executable, 0o755);
  if (isNative) execFileSync('strip', [executable]);
  const blob = join(work, 'blob');
  const injection = [executable, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE];
  execFileSync(process.execPath, [require.resolve('postject/dist/cli.js'), ...injection], {
    stdio: 'pipe',
  });

  copyFileSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  copyFileSync(join(target, 'LICENSE'), join(folder, 'LICENSE-NODE'));
  copyFileSync(join(ROOT, 'runtime', NOTICES), join(folder, NOTICES));
  rmSync(work, { recursive: true });
  return executable;
}
