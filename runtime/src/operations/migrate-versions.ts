import type { MigratedVersion, MigrateOptions } from './options.js';
import type { SecretEntry, SecretStore } from '../stores/secret-store.js';
import { isUnpadded, padVersion } from '../format/version.js';

/** Pad the unpadded versions among the entries of a store. */
export async function migrateVersions(
  store: SecretStore,
  entries: readonly SecretEntry[],
  { dryRun = true, onProgress }: MigrateOptions,
): Promise<MigratedVersion[]> {
  const unpadded = entries.filter(({ version }) => isUnpadded(version));
  const migrated: MigratedVersion[] = [];
  for (const { name, version: from } of unpadded) {
    const to = padVersion(from);
    const isTaken = entries.some((entry) => entry.name === name && entry.version === to);
    // A copy that an interrupted run left is not another item: the store tells them apart.
    const isMoved = !dryRun && (await store.moveVersion(name, from, to));
    const outcome = isMoved ? 'moved' : dryRun && !isTaken ? 'planned' : 'taken';
    migrated.push({ name, from, to, outcome });
    onProgress?.(migrated.length, unpadded.length);
  }
  return migrated;
}
