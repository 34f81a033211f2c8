import { CredstashError } from '../errors.js';
import { keyOfAlias } from '../setup/existing-key.js';
import type { Run } from '../setup/run.js';

/**
 * When the key of an alias was last used, in words.
 *
 * @returns undefined if KMS doesn't tell: not to this caller, or not anybody, if it isn't AWS's
 */
export async function lastUse(run: Run, alias: string): Promise<string | undefined> {
  try {
    const key = await keyOfAlias(run, alias);
    if (!key) return undefined;
    // Not retried: an emulator may answer a call that it doesn't know with an error of the server.
    const usage = await run.kmsOnce.getKeyLastUsage({ KeyId: key.Arn });
    const { Operation, Timestamp } = usage.KeyLastUsage ?? {};
    if (Timestamp) return `last used on ${day(Timestamp)} for ${Operation}`;
    return usage.TrackingStartDate && `not used since ${day(usage.TrackingStartDate)}`;
  } catch (error) {
    if (error instanceof CredstashError) return undefined;
    throw error;
  }
}

function day(time: Date): string {
  return time.toISOString().slice(0, 'yyyy-mm-dd'.length);
}
