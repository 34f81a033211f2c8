import { BulkWriteError, CredstashError } from '../errors.js';
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
  const prepared = new Map(
    entriesOf(secrets).map(
      ([name, value]) => [name, preparePut(services.store.limits, name, value, options)] as const,
    ),
  );
  const { done, failures } = await settle(prepared, onSettled, (_, each) => put(services, each));
  if (failures.size > 0) throw new BulkWriteError(done, failures);
  return done;
}

/** The entries of an object, or of a `Map` of any realm. */
function entriesOf(
  secrets: Readonly<Record<string, Value>> | ReadonlyMap<string, Value>,
): (readonly [string, Value])[] {
  const kind = Object.prototype.toString.call(secrets);
  if (kind === '[object Map]') return [...(secrets as ReadonlyMap<string, Value>)];
  if (kind === '[object Object]') return Object.entries(secrets as Record<string, Value>);
  throw new CredstashError(
    'ERR_INVALID_ARGUMENT',
    'The secrets must be an object or a Map, of values by name.',
  );
}
