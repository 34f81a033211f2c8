import { CredstashError, KmsError } from '../../errors.js';

/** One line for people, in the words of Python credstash where it has any. */
export function describe(error: unknown): string {
  const { message, name } = error instanceof Error ? error : new Error(String(error));
  const line = message.replace(/\s*\n\s*/g, ' ');
  // By name: those of the provisioner's bundle are of classes of its own.
  if (name === KmsError.name) return `KMS ERROR: ${line}`;
  if (error instanceof CredstashError && error.code === 'ERR_INTEGRITY') {
    return `INTEGRITY ERROR: ${line}`;
  }
  return line;
}

/** One line on standard error for each secret that failed. */
export function reportFailures(failures: ReadonlyMap<string, Error>): void {
  for (const [name, error] of failures) process.stderr.write(`${name}: ${describe(error)}\n`);
}
