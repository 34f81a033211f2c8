import { isUnpadded, padVersion } from '../format/version.js';
import type { OnProgress } from './bulk.js';
import { list } from './list.js';
import type { OperationOptions, Services } from './services.js';

export interface MigrateOptions extends OperationOptions {
  /**
   * Change nothing: only give what would be done.
   *
   * @default true
   */
  readonly dryRun?: boolean | undefined;
  /**
   * Called with how many versions are done, of how many.
   *
   * @default - no callback
   */
  readonly onProgress?: OnProgress | undefined;
}

/** A version that was stored unpadded. */
export interface MigratedVersion {
  readonly name: string;
  /** As it was stored. */
  readonly from: string;
  /** Padded to 19 characters. */
  readonly to: string;
  /** `taken` if the padded version is another item: then nothing is done. */
  readonly outcome: 'planned' | 'moved' | 'taken';
}

/** Pad the versions that were stored unpadded. */
export async function migrateVersions(
  { store }: Services,
  { dryRun = true, onProgress, signal }: MigrateOptions,
): Promise<MigratedVersion[]> {
  const entries = await list({ store }, { signal });
  const unpadded = entries.filter(({ version }) => isUnpadded(version));
  const migrated: MigratedVersion[] = [];
  for (const { name, version: from } of unpadded) {
    const to = padVersion(from);
    const isTaken = entries.some((entry) => entry.name === name && entry.version === to);
    // A copy that an interrupted run left is not another item: the store tells them apart.
    const isMoved = !dryRun && (await store.moveVersion(name, from, to, signal));
    const outcome = isMoved ? 'moved' : dryRun && !isTaken ? 'planned' : 'taken';
    migrated.push({ name, from, to, outcome });
    onProgress?.(migrated.length, unpadded.length);
  }
  return migrated;
}
