import { BulkWriteError, type CredstashError } from '../errors.js';
import type { Value } from '../format/text.js';
import { settle } from './bulk.js';
import { preparePut, put, type PutOptions, type PutResult } from './put.js';
import type { Services } from './services.js';

export interface PutAllOptions extends PutOptions {
  /**
   * Called for each secret as it is done: with its result, or with why it failed.
   *
   * @default - no callback
   */
  readonly onSettled?: ((name: string, outcome: PutResult | CredstashError) => void) | undefined;
}

/** Store many secrets, and give the result of each, by name and in the order of names. */
export async function putAll(
  services: Services,
  secrets: Readonly<Record<string, Value>> | ReadonlyMap<string, Value>,
  { onSettled = () => undefined, ...options }: PutAllOptions,
): Promise<Map<string, PutResult>> {
  const values: Iterable<readonly [string, Value]> =
    secrets instanceof Map ? secrets : Object.entries(secrets);
  const prepared = new Map(
    [...values].map(
      ([name, value]) => [name, preparePut(services.store.limits, name, value, options)] as const,
    ),
  );
  const { done, failures } = await settle(prepared, onSettled, (_, each) => put(services, each));
  if (failures.size > 0) throw new BulkWriteError(done, failures);
  return done;
}
