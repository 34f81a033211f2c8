import { execFile } from 'node:child_process';
import { chmod, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** How a command ended. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const BUNDLE = join(__dirname, '../runtime/dist/credstash.cjs');
const { CREDSTASH_BIN } = process.env;

/** What starts the CLI: the bundle, or the executable that CREDSTASH_BIN names. */
export function cliCommand(...args: string[]): [file: string, args: string[]] {
  return CREDSTASH_BIN ? [resolve(CREDSTASH_BIN), args] : [process.execPath, [BUNDLE, ...args]];
}

/** Link the CLI into a folder, so that a shell with that on its PATH finds `credstash`. */
export async function linkCli(folder: string): Promise<void> {
  const file = CREDSTASH_BIN ? resolve(CREDSTASH_BIN) : BUNDLE;
  await chmod(file, 0o755);
  await symlink(file, join(folder, 'credstash'));
}

/** An environment in which nothing of the user's own chooses an AWS account or region. */
const NOBODY = {
  HOME: '/nonexistent',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/**
 * Run the CLI.
 *
 * @param env Variables beside those of a user without an AWS account.
 * @param input Its standard input.
 * @param signal Kills it, at once.
 */
export function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string | Uint8Array = '',
  signal?: AbortSignal,
): Promise<Outcome> {
  const inherited = Object.entries(process.env).filter(([key]) => !/^(AWS|CREDSTASH)_/.test(key));
  return new Promise((done) => {
    const child = execFile(
      ...cliCommand(...args),
      {
        env: { ...Object.fromEntries(inherited), ...NOBODY, ...env },
        killSignal: 'SIGKILL',
        signal,
      },
      (_, stdout, stderr) => done({ exitCode: child.exitCode ?? 1, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}
