import { inOrderTo } from '../aws/refusal.js';
import { versionForms } from '../format/version.js';
import { storedVersion } from './checks.js';
import { versions } from './list.js';
import type { OperationOptions, Services } from './services.js';

export interface DeleteOptions extends OperationOptions {
  /**
   * The version to delete.
   *
   * @default - all of them
   */
  readonly version?: string | number | undefined;
}

/** Delete a secret, or one version of it, and give what was deleted, the oldest first. */
export async function remove(
  services: Services,
  name: string,
  { version, signal }: DeleteOptions,
): Promise<string[]> {
  const { store } = services;
  if (version !== undefined) storedVersion(version, store.limits);
  const oldestFirst = (await inOrderTo('delete', versions(services, name, { signal }))).reverse();
  const doomed =
    version === undefined
      ? oldestFirst
      : versionForms(version)
          .filter((form) => oldestFirst.includes(form))
          .slice(0, 1);
  // One by one: if it is cut short, the latest version is still the latest.
  for (const each of doomed) await store.delete(name, each, signal);
  return doomed;
}
