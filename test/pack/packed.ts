import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { blocks } from '../documentation';

export const run = promisify(execFile);
export const ROOT = join(__dirname, '../..');

/** A package as it would be published, in a folder with only what npm installs with it. */
export class Packed {
  private constructor(
    readonly folder: string,
    readonly tarball: string,
  ) {}

  /** @param workspace What tells npm which package, if it is not the root's. */
  static async install(...workspace: string[]): Promise<Packed> {
    const folder = await mkdtemp(join(tmpdir(), 'credstash-packed-'));
    await run('npm', ['pack', '--silent', '--pack-destination', folder, ...workspace], {
      cwd: ROOT,
    });
    const [tarball = ''] = await readdir(folder);
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--silent'];
    await run('npm', ['install', ...quiet, `./${tarball}`], { cwd: folder });
    return new Packed(folder, tarball);
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [file, content] of Object.entries(files)) {
      const path = join(this.folder, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
  }

  /** Run a script in the folder, and give what it prints. */
  async node(file: string, script: string, env?: NodeJS.ProcessEnv): Promise<string> {
    await this.write({ [file]: script });
    return this.run(process.execPath, [file], env);
  }

  /** Run a command in the folder, and give what it prints. It fails with all that was printed. */
  async run(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
    const options = { cwd: this.folder, env: { ...process.env, ...env } };
    const { stdout } = await run(command, args, options).catch(
      (error: { stdout: string; stderr: string }) => {
        throw new Error(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`);
      },
    );
    return stdout.trim();
  }

  /** Run a tool of the repository's in the folder. */
  tool(name: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
    return this.run(join(ROOT, 'node_modules/.bin', name), args, env);
  }

  /** Check a program, as CommonJS and as an ES module, and the types of all that it imports. */
  async checkTypes(program: string, ...options: string[]): Promise<void> {
    await this.write({ 'types.cts': program, 'types.mts': program });
    const strict = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022'];
    await this.tool('tsc', [...strict, ...options, 'types.cts', 'types.mts']);
  }

  /** Check a program that uses the runtime, for each way to resolve a module. */
  async checkRuntimeTypes(module: string): Promise<void> {
    const program = `
      import { Credstash, CredstashError, type GetOptions } from '${module}';
      const options: GetOptions = { version: 1 };
      export const value: Promise<string> = new Credstash({ region: 'a' }).get('a', options);
      // @ts-expect-error no client of DynamoDB
      new Credstash({ dynamodb: 1 });
      // @ts-expect-error no such code
      new CredstashError('ERR_NOPE', '');`;
    await this.checkTypesInAllModes(program);
  }

  /** Check a program for each way to resolve a module. */
  async checkTypesInAllModes(program: string): Promise<void> {
    await this.checkTypes(program, '--module', 'node16', '--moduleResolution', 'node16');
    await this.checkTypes(program, '--module', 'preserve', '--moduleResolution', 'bundler');
  }

  /**
   * Write the handler and its unit test of the README of credstash-runtime into a new project.
   *
   * @param project The folder's name, inside `folder`.
   * @param runner Where the test imports `test` from, if it must.
   * @returns The title of the test.
   */
  async writeUnitTest(
    project: string,
    type: 'commonjs' | 'module',
    runner?: string,
  ): Promise<string> {
    const [handler = '', code = ''] = await blocks('runtime/README.md', 'js');
    const test = runner === undefined ? code : `import { test } from '${runner}';\n${code}`;
    await this.write({
      [`${project}/package.json`]: JSON.stringify({ private: true, type }),
      [`${project}/handler.js`]: handler,
      [`${project}/handler.test.js`]: test,
    });
    const [, title = ''] = /^test\('([^']+)'/m.exec(test) ?? [];
    return title;
  }

  /**
   * Run a test in an app as `cdk init` makes it, with ts-jest in place of `@swc/jest`.
   *
   * @param links What the app has installed beside what is in the folder.
   */
  async jest(test: string, env: NodeJS.ProcessEnv, ...links: string[]): Promise<void> {
    const app = join(this.folder, 'app');
    await mkdir(app);
    const init = ['init', 'app', '--language', 'typescript', '--generate-only', '--no-notices'];
    await run(join(ROOT, 'node_modules/.bin/cdk'), init, { cwd: app });
    await mkdir(join(app, 'node_modules'));
    for (const name of ['@types', ...links]) {
      await symlink(join(ROOT, 'node_modules', name), join(app, 'node_modules', name));
    }
    const transform = JSON.stringify({ '^.+\\.tsx?$': require.resolve('ts-jest') });
    await this.write({
      'app/test/app.test.ts': test,
      'app/ts-jest.config.js': `module.exports = { ...require('./jest.config'), transform: ${transform} };`,
    });
    await this.tool('jest', ['--config', 'app/ts-jest.config.js'], env);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
