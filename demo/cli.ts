import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** How a command ended. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const CLI = join(__dirname, '../runtime/dist/credstash.cjs');

/** An environment in which nothing of the user's own chooses an AWS account or region. */
const NOBODY = {
  HOME: '/nonexistent',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/**
 * Run the bundled CLI.
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
      process.execPath,
      [CLI, ...args],
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
