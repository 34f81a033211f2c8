import { BulkReadError, type CredstashError } from '../../errors.js';
import type { Credstash } from '../../credstash.js';
import type { GetAllOptions } from '../../operations/get-all.js';
import type { ResolveOptions } from '../../operations/resolve.js';
import { Exit } from './exit.js';
import { interrupted } from './interruption.js';
import { formatSecrets, type Format } from './formats.js';
import { withProgress } from './progress.js';
import { shownLines } from './terminal.js';
import { reportFailures } from './words.js';
import { writeOutput } from './write.js';

/** The result of a bulk read: the values, and the errors, both by name. */
export interface BulkRead {
  readonly secrets: ReadonlyMap<string, string>;
  readonly failures: ReadonlyMap<string, CredstashError>;
}

/** Read many secrets, with a progress bar. */
export function readSecrets(credstash: Credstash, options: GetAllOptions): Promise<BulkRead> {
  return settled(
    withProgress('reading', (onProgress) =>
      credstash.getAll({ ...options, onProgress, signal: interrupted }),
    ),
  );
}

/** Read the secrets that variables refer to. The values, and the errors, are by variable. */
export function readReferences(
  credstash: Credstash,
  references: Readonly<Record<string, string | undefined>>,
  options: ResolveOptions,
): Promise<BulkRead> {
  const resolving = credstash.resolve(references, { ...options, signal: interrupted });
  return settled(resolving.then((values) => new Map(Object.entries(values))));
}

async function settled(reading: Promise<ReadonlyMap<string, string>>): Promise<BulkRead> {
  try {
    return { secrets: await reading, failures: new Map() };
  } catch (error) {
    if (error instanceof BulkReadError && !interrupted.aborted) return error;
    throw error;
  }
}

/**
 * Write secrets to standard output or a file, and a line for each failure to standard error.
 *
 * @param options.strict If any failed, write no secrets.
 * @param options.end What Python writes after the secrets.
 * @throws Exit 1 if any failed
 */
export async function writeSecrets(
  read: BulkRead,
  options: {
    format: Format;
    strict?: boolean | undefined;
    output?: string | undefined;
    end: string;
  },
): Promise<void> {
  const { text, failures } = await formatSecrets(options.format, read.secrets);
  const failed = new Map<string, Error>([...read.failures, ...failures]);
  if (failed.size === 0 || !options.strict) {
    const { end, output } = options;
    await writeOutput(output === undefined ? onStdout(text + end) : text + end, output);
  }
  reportFailures(failed);
  if (failed.size > 0) throw new Exit(1);
}

/** On a terminal, nothing but characters to read, and whole lines: the next prompt is below. */
function onStdout(text: string): string {
  return shownLines(process.stdout.isTTY ? text.replace(/[^\n]$/, '$&\n') : text);
}
