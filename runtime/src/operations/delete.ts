import { inOrderTo } from '../aws/refusal.js';
import { versionForms } from '../format/version.js';
import { CONCURRENCY } from './bulk.js';
import { safely } from './callback.js';
import { storedVersion } from './checks.js';
import { versions } from './list.js';
import { takeFunction, takeOptions, takeVersion, type Takers } from './options.js';
import { OPERATION_OPTIONS, type OperationOptions, type Services } from './services.js';

export interface DeleteOptions extends OperationOptions {
  /**
   * The version to delete.
   *
   * @default - all of them
   */
  readonly version?: string | number | undefined;
  /**
   * Called with each version once it is deleted, the oldest first. If the work is cut short, these
   * are what was deleted for certain.
   *
   * @default - no callback
   */
  readonly onDeleted?: ((version: string) => void) | undefined;
}

const DELETE_OPTIONS: Takers<DeleteOptions> = {
  ...OPERATION_OPTIONS,
  version: takeVersion,
  onDeleted: takeFunction,
};

/** Delete a secret, or one version of it, and give what was deleted, the oldest first. */
export async function remove(
  services: Services,
  name: string,
  options: DeleteOptions,
): Promise<string[]> {
  const { version, signal, onDeleted } = takeOptions(options, DELETE_OPTIONS);
  const { store, cache } = services;
  const tell = safely('onDeleted', onDeleted, services.onWarning);
  if (version !== undefined) storedVersion(version, store.limits);
  const oldestFirst = (await inOrderTo('delete', versions(services, name, { signal }))).reverse();
  const doomed =
    version === undefined
      ? oldestFirst
      : versionForms(version)
          .filter((form) => oldestFirst.includes(form))
          .slice(0, 1);
  for (const batch of batches(doomed)) {
    // Single calls: a BatchWriteItem needs a permission that also allows to put any item, and that
    // nobody needs who deletes with Python credstash.
    const outcomes = await Promise.allSettled(
      batch.map((each) => store.delete(name, each, signal)),
    );
    cache?.drop(name);
    for (const [index, each] of batch.entries()) {
      if (outcomes[index]?.status === 'fulfilled') tell(each);
    }
    const failure = outcomes.find(({ status }) => status === 'rejected');
    if (failure?.status === 'rejected') throw failure.reason;
  }
  return doomed;
}

/** What is deleted at once. The latest version goes last: until then, readers see no older one. */
function* batches(oldestFirst: readonly string[]): Iterable<string[]> {
  const older = oldestFirst.slice(0, -1);
  for (let at = 0; at < older.length; at += CONCURRENCY) yield older.slice(at, at + CONCURRENCY);
  yield oldestFirst.slice(-1);
}
