import { CredstashError } from '../errors.js';
import type { SealedItem } from '../format/item.js';
import { nameMatcher } from './pattern.js';
import type { SecretStore } from '../stores/secret-store.js';
import { compareBytes, padVersion } from '../format/version.js';

type Version = string | number | undefined;

/**
 * One version of a secret, the latest if none is given.
 *
 * @throws ERR_SECRET_NOT_FOUND
 */
export async function findItem(
  store: SecretStore,
  name: string,
  version: Version,
): Promise<SealedItem> {
  if (version === undefined) return (await store.latest(name)) ?? missing(name, '');
  for (const form of versionForms(version)) {
    const item = await store.get(name, form);
    if (item) return item;
  }
  return missing(name, `, 'version': '${padVersion(version)}'`);
}

/** That version of every secret whose name a pattern matches; of those that have it. */
export async function scanItems(
  store: SecretStore,
  patterns: readonly string[],
  version: Version,
): Promise<Iterable<SealedItem>> {
  const forms = version === undefined ? undefined : versionForms(version);
  const matches = nameMatcher(patterns);
  const found = new Map<string, SealedItem>();
  for await (const item of store.scan()) {
    if (!matches(item.name) || forms?.includes(item.version) === false) continue;
    const known = found.get(item.name);
    const isBetter = forms
      ? item.version === forms[0]
      : compareBytes(item.version, known?.version ?? '') > 0;
    if (!known || isBetter) found.set(item.name, item);
  }
  return found.values();
}

/** How a version may be stored: padded, or, before December 2015, as it was given. */
export function versionForms(version: string | number): string[] {
  return [...new Set([padVersion(version), String(version)])];
}

function missing(name: string, version: string): never {
  throw new CredstashError(
    'ERR_SECRET_NOT_FOUND',
    `Item {'name': '${name}'${version}} couldn't be found.`,
  );
}
