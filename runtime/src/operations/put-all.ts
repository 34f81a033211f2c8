import { BulkWriteError, type CredstashError } from '../errors.js';
import type { Value } from '../format/text.js';
import { settle } from './bulk.js';
import { safely } from './callback.js';
import { invalid, read, takeFunction, takeOptions, type Takers } from './options.js';
import { preparePut, PUT_OPTIONS, type PutOptions } from './prepare-put.js';
import { putPrepared, type PutResult } from './put.js';
import type { Services } from './services.js';

export interface PutAllOptions extends PutOptions {
  /**
   * Called for each secret as it is done: with its result, or with why it failed.
   *
   * @default - no callback
   */
  readonly onSettled?: ((name: string, outcome: PutResult | CredstashError) => void) | undefined;
}

const PUT_ALL_OPTIONS: Takers<PutAllOptions> = { ...PUT_OPTIONS, onSettled: takeFunction };

/** Store many secrets, and give the result of each, by name and in the order of names. */
export async function putAll(
  services: Services,
  secrets: Readonly<Record<string, Value>> | ReadonlyMap<string, Value>,
  options: PutAllOptions,
): Promise<Map<string, PutResult>> {
  const { onSettled, ...each } = takeOptions(options, PUT_ALL_OPTIONS);
  const { limits } = services.store;
  const prepared = new Map(
    read(() => entriesOf(secrets)).map(
      ([name, value]) => [name, preparePut(limits, name, value, each)] as const,
    ),
  );
  const { done, failures } = await settle(
    prepared,
    safely('onSettled', onSettled, services.onWarning),
    (_, secret) => putPrepared(services, secret),
  );
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
  throw invalid('The secrets must be an object or a Map, of values by name.');
}
