import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = join(__dirname, '../../node_modules/.cache/interop');
const REQUIREMENTS = join(__dirname, 'requirements.txt');
const NODECREDSTASH = 'nodecredstash@2.0.2';

/** A program of the virtual environment. */
export const python = (program: string) => join(CACHE, 'venv/bin', program);

/** Where nodecredstash is. */
export const NODE_PEER = join(CACHE, 'node/node_modules/nodecredstash');

/** Install the other clients, and moto, once for each set of versions. */
export function install(): void {
  const installed = join(CACHE, 'requirements.txt');
  const wanted = readFileSync(REQUIREMENTS, 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return;
  try {
    execFileSync('python3', ['-c', 'import venv, ensurepip']);
  } catch (cause) {
    throw new Error(
      'test:interop runs the Python credstash: it needs python3, 3.11 or later, with venv (python3-venv) on the PATH.',
      { cause },
    );
  }
  rmSync(CACHE, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  console.log('Installing the Python credstash, moto and Ansible: a minute or two, once.');
  execFileSync('python3', ['-m', 'venv', join(CACHE, 'venv')]);
  execFileSync(python('pip'), ['install', '--quiet', '--requirement', REQUIREMENTS]);
  const npm = ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts'];
  execFileSync('npm', [...npm, '--prefix', join(CACHE, 'node'), NODECREDSTASH]);
  copyFileSync(REQUIREMENTS, installed);
}
