import { execFileSync } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { version as jsii } from 'jsii-pacmak/package.json';
import { peerDependencies } from '../../../package.json';
import { CACHE, once } from '../install';
import { run } from './synthesis';

const JARS = join(CACHE, 'jars');
const POM = join(__dirname, 'pom.xml');

/** Compile the generated Java and the app, and give the command that runs it. */
export async function compileJava(generated: string): Promise<[string, ...string[]]> {
  await installJars();
  const files = (await readdir(generated, { recursive: true })).filter((file) =>
    file.endsWith('.java'),
  );
  const sources = [...files.map((file) => join(generated, file)), join(__dirname, 'App.java')];
  const list = join(generated, 'sources.txt');
  await writeFile(list, sources.join('\n'));
  const classes = join(generated, 'classes');
  const jars = join(JARS, '*');
  await run('javac', ['-nowarn', '-d', classes, '--class-path', jars, `@${list}`]);
  const resources = join(generated, 'src/main/resources');
  return ['java', '--class-path', [classes, resources, jars].join(delimiter), 'App'];
}

/** The oldest CDK that the constructs accept: of Maven's, it is not always the newest that is there. */
async function installJars(): Promise<void> {
  const versions = Object.entries({ ...peerDependencies, jsii }).map(
    ([name, range]) => `-D${name}=${range.replace('^', '')}`,
  );
  once(JARS, versions.join() + (await readFile(POM, 'utf8')), () => {
    const quiet = ['--quiet', '--batch-mode', '-Dstyle.color=never', '--file', POM];
    const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${JARS}`];
    execFileSync('mvn', [...quiet, ...copy, ...versions]);
  });
}

/** Compile the generated Go with the app in a folder of its module, and give the command that runs it. */
export async function compileGo(generated: string): Promise<[string]> {
  const module = join(generated, 'cdkcredstash');
  await cp(join(__dirname, 'main.go'), join(module, 'app/main.go'));
  // Its go.mod lists what it needs directly; Go adds the rest.
  const env = { GOFLAGS: '-mod=mod' };
  const program = join(generated, 'program');
  await run('go', ['build', '-o', program, './app'], { cwd: module, env });
  return [program];
}
