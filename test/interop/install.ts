import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { buildSync } from 'esbuild';

/** Where all is kept that the tests need of elsewhere. */
export const CACHE = join(__dirname, '../../node_modules/.cache/interop');
const REQUIREMENTS = join(__dirname, 'requirements.txt');
const POM = join(__dirname, 'pom.xml');
/** Two versions, and the SDKs that they take in any version. */
const NODECREDSTASH = [
  'nodecredstash-2@npm:nodecredstash@2.0.2',
  'aws-sdk@2.1693.0',
  'nodecredstash-3@npm:nodecredstash@3.0.0',
  '@aws-sdk/client-dynamodb@3.1169.0',
  '@aws-sdk/client-kms@3.1164.0',
  '@aws-sdk/lib-dynamodb@3.1168.0',
];

const VENV = join(CACHE, 'venv');
const NODE = join(CACHE, 'node');

/** A program of the virtual environment. */
export const python = (program: string) => join(VENV, 'bin', program);

/** Where nodecredstash-2 and nodecredstash-3 are. */
export const NODE_MODULES = join(NODE, 'node_modules');

/** The driver of nodecredstash 3, bundled. */
export const NODECREDSTASH_3 = join(NODE, 'driver.cjs');

/** Where the classes of DynamoDB Local are. */
export const DYNAMODB_LOCAL = join(CACHE, 'dynamodb-local');

/** Install the other clients, and moto. */
export function installPeers(): void {
  once(VENV, readFileSync(REQUIREMENTS, 'utf8'), () => {
    const needs = 'the Python credstash: it needs python3, 3.11 or later, with venv (python3-venv)';
    attempt(needs, 'python3', ['-c', 'import venv, ensurepip']);
    console.log(
      'Installing the Python credstash, moto, Ansible and AWS CLI: a minute or two, once.',
    );
    execFileSync('python3', ['-m', 'venv', VENV]);
    // Of all that Ansible brings hardly anything is run: compiling it would be half a minute for nothing.
    const pip = ['install', '--quiet', '--no-compile', '--requirement', REQUIREMENTS];
    execFileSync(python('pip'), pip);
  });
  once(NODE, NODECREDSTASH.join(), () => {
    const npm = ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts'];
    execFileSync('npm', [...npm, '--prefix', NODE, ...NODECREDSTASH]);
  });
  // Node can't load it as it was published: it imports files without their extension.
  buildSync({
    entryPoints: [join(__dirname, 'clients/nodecredstash-3.mjs')],
    outfile: NODECREDSTASH_3,
    bundle: true,
    platform: 'node',
    nodePaths: [NODE_MODULES],
  });
}

/** Install DynamoDB Local. */
export function installDynamoDbLocal(): void {
  const version = attempt('DynamoDB Local: it needs java, 17 or later', 'java', ['--version']);
  const [major = '0'] = /\d+/.exec(version) ?? [];
  if (Number(major) < 17) throw new Error(`DynamoDB Local needs Java 17 or later, not ${version}`);
  once(DYNAMODB_LOCAL, readFileSync(POM, 'utf8'), () => {
    attempt('DynamoDB Local: it needs Maven (mvn)', 'mvn', ['--version']);
    console.log('Installing DynamoDB Local: a minute, once.');
    const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime'];
    const into = `-DoutputDirectory=${DYNAMODB_LOCAL}`;
    execFileSync('mvn', [
      '--quiet',
      '--batch-mode',
      '-Dstyle.color=never',
      '--file',
      POM,
      ...copy,
      into,
    ]);
  });
}

/** Fill a folder, unless that was done for the same versions. */
export function once(folder: string, versions: string, fill: () => void): void {
  const done = join(folder, '.installed');
  if (existsSync(done) && readFileSync(done, 'utf8') === versions) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  fill();
  writeFileSync(done, versions);
}

/** Run a program that may not be there. */
function attempt(needs: string, program: string, args: string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8' });
  } catch (cause) {
    throw new Error(`test:interop runs ${needs} on the PATH.`, { cause });
  }
}
