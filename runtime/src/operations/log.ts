import { counting } from '../aws/call-count.js';
import type { CredstashError, ErrorCode } from '../errors.js';
import { invalid } from './options.js';
import { settled } from './service-error.js';

/** What a method did. It has no value, and no encryption context. */
export type OperationEvent = Readonly<{
  /** The method, for example `get`. */
  operation: string;
  /** The secret, of a method that is about one. */
  name?: string;
  /** Its version that was read or stored, or not found. */
  version?: string;
  /** Calls to AWS, each with its retries: none if the cache had the secret, or another `get` reads it. */
  calls: number;
  milliseconds: number;
  /** The code of the error, if it failed. */
  code?: ErrorCode;
}>;

/** What Powertools for AWS Lambda, winston and the console are. */
export interface Logger {
  debug(message: string, event: OperationEvent): void;
}

export function takeLogger(value: unknown, name: string): Logger {
  if (typeof (value as Partial<Logger> | null)?.debug === 'function') return value as Logger;
  throw invalid(`The option ${name} must be an object with the method debug.`);
}

/** Do the work of a method, and tell how it went. */
export async function logged<T>(
  log: Logger['debug'],
  operation: string,
  name: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const count = { calls: 0 };
  const tell = (outcome: Partial<OperationEvent>) => {
    const milliseconds = Math.round(performance.now() - start);
    log(`credstash.${operation}`, { operation, ...outcome, ...count, milliseconds });
  };
  const secret = name === undefined ? {} : { name };
  try {
    const result = await settled(counting(count, work));
    tell({ ...secret, ...versionOf(result) });
    return result;
  } catch (error) {
    const { code, secret: about } = error as CredstashError;
    // What was refused as a name may be a value in its place.
    if (code === 'ERR_INVALID_ARGUMENT') tell({ code });
    else tell({ ...secret, ...versionOf(about), code });
    throw error;
  }
}

/** The version, of a result or an error that has one. */
function versionOf(about: unknown): { version?: string } {
  const { version } = (about ?? {}) as { readonly version?: string };
  return version === undefined ? {} : { version };
}
