import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** How a command ended. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const CLI = join(__dirname, '../../runtime/dist/credstash.cjs');

/**
 * Run the bundled CLI.
 *
 * @param env Variables of its environment, which has none of those that choose an AWS account.
 * @param input Its standard input.
 */
export function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string | Uint8Array = '',
): Promise<Outcome> {
  const inherited = Object.entries(process.env).filter(([key]) => !/^(AWS|CREDSTASH)_/.test(key));
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [CLI, ...args],
      { env: { ...Object.fromEntries(inherited), ...env } },
      (_, stdout, stderr) => done({ exitCode: child.exitCode ?? 1, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}
