import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..');

/** The code blocks of a file, in one language. */
export async function blocks(file: string, language: string): Promise<string[]> {
  const text = await readFile(join(ROOT, file), 'utf8');
  const fences = text.matchAll(/^```(\w+)\n([^]*?)^```$/gm);
  return [...fences].flatMap(([, its, code]) => (its === language && code ? [code] : []));
}

/** A new folder for examples, inside the repository: there, its packages are found by name. */
export async function exampleFolder(): Promise<string> {
  await mkdir(join(ROOT, 'dist'), { recursive: true });
  return mkdtemp(join(ROOT, 'dist/readme-'));
}

/** Run a program in TypeScript, and return its output. */
export async function runTypeScript(
  folder: string,
  code: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const file = join(folder, 'example.mts');
  await writeFile(file, code);
  const options = { cwd: folder, env: { ...process.env, ...env } };
  return (await promisify(execFile)(process.execPath, ['--import', 'tsx', file], options)).stdout;
}
