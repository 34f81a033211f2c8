import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { single } from '../../templates';

const ROOT = join(__dirname, '../../..');
const TYPESCRIPT = ['--import', require.resolve('tsx'), join(__dirname, 'app.ts')];

export const newFolder = () => mkdtemp(join(tmpdir(), 'credstash-language-'));

/** Run a program, and fail with what it says. */
export async function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<void> {
  const env = { ...process.env, ...options.env };
  await promisify(execFile)(program, args, { ...options, env, maxBuffer: 2 ** 26 });
}

/** Generate the packages for other languages; `--code-only` leaves them unbuilt. */
export async function pacmak(folder: string, ...args: string[]): Promise<void> {
  const command = [require.resolve('jsii-pacmak/bin/jsii-pacmak'), '--no-npmignore', ...args];
  await run(process.execPath, [...command, '--outdir', folder], { cwd: ROOT });
}

/** Run an app, and give the templates and the lockfile that it writes. */
export async function synthesize(
  program: string,
  ...args: string[]
): Promise<Record<string, unknown>> {
  const folder = await newFolder();
  try {
    await run(program, args, { cwd: folder, env: { CDK_OUTDIR: folder } });
    return await written(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What the app in TypeScript synthesizes. */
export const synthesizeTypeScript = () => synthesize(process.execPath, ...TYPESCRIPT);

/** The templates and the lockfile in a folder. */
export async function written(folder: string): Promise<Record<string, unknown>> {
  const files = (await readdir(folder)).filter((file) =>
    /\.template\.json$|^credstash-access\.json$/.test(file),
  );
  const contents = files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')]);
  return Object.fromEntries(
    (await Promise.all(contents)).map(([file = '', text = '']) => [file, JSON.parse(text, single)]),
  ) as Record<string, unknown>;
}
