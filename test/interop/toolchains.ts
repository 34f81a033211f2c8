import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { copyFileSync, cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { CACHE, once } from './install';

/** The driver of unicreds, which is in Go. */
export const UNICREDS = join(CACHE, 'unicreds/driver');

/** The driver of the Rust crate, and the certificate of the server that it calls. */
export const RUST_CRATE = join(CACHE, 'rust/target/debug/driver');
export const CERTIFICATE = join(CACHE, 'rust/certificate.pem');
export const PRIVATE_KEY = join(CACHE, 'rust/key.pem');

const GO = join(__dirname, 'clients/unicreds');
const RUST = join(__dirname, 'clients/rust');

/** Makes a certificate for localhost, which is its own authority. */
const OPENSSL = [
  ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-subj', '/CN=localhost'],
  ...['-addext', 'subjectAltName=DNS:localhost', '-addext', 'basicConstraints=CA:FALSE'],
];

interface Metadata {
  readonly packages: readonly { readonly name: string; readonly manifest_path: string }[];
}

/** Build the drivers of the clients that need a compiler. What can't be had is skipped, loudly. */
export function buildDrivers(): void {
  unlessMissing('go', () => {
    const versions = contents(GO, 'go.sum', 'main.go');
    once(dirname(UNICREDS), versions, () => {
      const options = { cwd: GO, env: { ...process.env, GOTOOLCHAIN: 'local' } };
      need('go', ['mod', 'download'], options);
      console.log('Building unicreds: half a minute, once.');
      execFileSync('go', ['build', '-o', UNICREDS, '.'], options);
    });
  });
  unlessMissing('cargo', () => {
    const cwd = join(CACHE, 'rust');
    once(cwd, contents(RUST, 'Cargo.toml', 'src/main.rs'), () => {
      cpSync(RUST, cwd, { recursive: true });
      need('cc', ['--version']);
      need('openssl', [...OPENSSL, '-keyout', PRIVATE_KEY, '-out', CERTIFICATE]);
      const metadata = need('cargo', ['metadata', '--quiet', '--format-version=1'], { cwd });
      const { packages } = JSON.parse(metadata) as Metadata;
      const { manifest_path = '' } = packages.find(({ name }) => name === 'credstash') ?? {};
      // It was published with the versions of all that it needs.
      copyFileSync(join(dirname(manifest_path), 'Cargo.lock'), join(cwd, 'Cargo.lock'));
      need('cargo', ['fetch', '--quiet'], { cwd });
      console.log('Building the Rust crate credstash: a minute, once.');
      execFileSync('cargo', ['build', '--quiet', '--offline'], { cwd });
    });
  });
}

/** Why the client that a compiler builds is skipped, if it is. */
export const missing = (compiler: 'go' | 'cargo'): string | undefined =>
  process.env[reason(compiler)];

/** The tests run in other processes than the installation. */
const reason = (compiler: string) => `INTEROP_MISSING_${compiler}`;

class Missing extends Error {}

function unlessMissing(compiler: 'go' | 'cargo', build: () => void): void {
  try {
    build();
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    process.env[reason(compiler)] = error.message;
    console.error(`\n*** The client built by ${compiler} is SKIPPED: ${error.message} ***\n`);
  }
}

/** Run a program that may not be there, or asks a registry that may not answer. */
function need(program: string, args: string[], options: ExecFileSyncOptions = {}): string {
  try {
    const output = { encoding: 'utf8', stdio: 'pipe', timeout: 120_000 } as const;
    return execFileSync(program, args, { maxBuffer: 2 ** 26, ...options, ...output });
  } catch (error) {
    throw new Missing(`${program} ${args[0]} failed: ${(error as Error).message.trim()}`);
  }
}

const contents = (folder: string, ...files: string[]) =>
  files.map((file) => readFileSync(join(folder, file), 'utf8')).join();
