import { spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { compileGo, compileJava } from './languages/compile';
import { newFolder, pacmak, run, synthesize, synthesizeTypeScript } from './languages/synthesis';

let folder: string;

const LANGUAGES = [
  {
    language: 'Java',
    file: 'java/src/main/java/io/github/cdkcredstash/Compartment.java',
    declares: 'package io.github.cdkcredstash;',
    skipped: whyNotCompiled('mvn', 'javac'),
    compiles: 'an app in Java synthesizes the templates and the lockfile of the same in TypeScript',
    compile: async () => expectAsInTypeScript(await compileJava(join(folder, 'java'))),
  },
  {
    language: 'Go',
    file: 'go/cdkcredstash/go.mod',
    declares: 'module github.com/cdk-credstash/cdk-credstash-go/cdkcredstash',
    skipped: whyNotCompiled('go'),
    compiles: 'an app in Go synthesizes the templates and the lockfile of the same in TypeScript',
    compile: async () => expectAsInTypeScript(await compileGo(join(folder, 'go'))),
  },
  {
    language: '.NET',
    file: 'dotnet/CdkCredstash/CdkCredstash/Compartment.cs',
    declares: 'namespace CdkCredstash',
    skipped: whyNotCompiled('dotnet'),
    compiles: 'the package for .NET compiles',
    compile: () => run('dotnet', ['build', join(folder, 'dotnet/CdkCredstash')]),
  },
];

/** Why what is generated for a language isn't compiled, if it isn't. */
function whyNotCompiled(...compilers: string[]): string | undefined {
  const missing = compilers.find((program) => spawnSync('which', [program]).status !== 0);
  if (missing) return `there is no ${missing} on the PATH`;
  return process.env.LANGUAGES === 'all' ? undefined : 'only LANGUAGES=all compiles it';
}

async function expectAsInTypeScript([program, ...args]: [string, ...string[]]) {
  expect(await synthesize(program, ...args)).toEqual(await synthesizeTypeScript());
}

beforeAll(async () => {
  folder = await newFolder();
  await pacmak(folder, '--code-only', '--target', 'java', 'go', 'dotnet');
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  for (const { language, skipped } of LANGUAGES) {
    const compiled = skipped === undefined ? 'compiled' : `NOT COMPILED: ${skipped}`;
    process.stdout.write(`The package for ${language}: generated, ${compiled}\n`);
  }
});

test.each(LANGUAGES)('the package for $language is generated', async ({ file, declares }) => {
  expect(await readFile(join(folder, file), 'utf8')).toContain(declares);
});

for (const { skipped, compiles, compile } of LANGUAGES) {
  if (skipped === undefined) test(compiles, compile, 600_000);
  else test.skip(`${compiles} (SKIPPED: ${skipped})`, compile);
}
