import { isUnpadded, padVersion } from '../format/version.js';
import { safely } from './callback.js';
import { list } from './list.js';
import { takeBoolean, takeFunction, takeOptions, type Takers } from './options.js';
import { OPERATION_OPTIONS, type OperationOptions, type Services } from './services.js';

export interface MigrateOptions extends OperationOptions {
  /**
   * Change nothing: only give what would be done.
   *
   * @default true
   */
  readonly dryRun?: boolean | undefined;
  /**
   * Called for each version as it is done. If the work is cut short, these are what was done.
   *
   * @default - no callback
   */
  readonly onSettled?: ((version: MigratedVersion) => void) | undefined;
}

const MIGRATE_OPTIONS: Takers<MigrateOptions> = {
  ...OPERATION_OPTIONS,
  dryRun: takeBoolean,
  onSettled: takeFunction,
};

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
  { store, cache, onWarning }: Services,
  options: MigrateOptions,
): Promise<MigratedVersion[]> {
  const { dryRun = true, onSettled, signal } = takeOptions(options, MIGRATE_OPTIONS);
  const tell = safely('onSettled', onSettled, onWarning);
  const entries = await list({ store }, { signal });
  const unpadded = entries.filter(({ version }) => isUnpadded(version));
  const taken = new Set(entries.map(({ name, version }) => JSON.stringify([name, version])));
  const migrated: MigratedVersion[] = [];
  for (const { name, version: from } of unpadded) {
    const to = padVersion(from);
    const target = JSON.stringify([name, to]);
    // A copy that an interrupted run left is not another item: the store tells them apart.
    const isMoved =
      !dryRun && (await store.moveVersion(name, from, to, signal).finally(() => cache?.drop(name)));
    const outcome = isMoved ? 'moved' : dryRun && !taken.has(target) ? 'planned' : 'taken';
    // Both 4 and 04 may be there, and only one of them can be moved.
    taken.add(target);
    const each = { name, from, to, outcome } as const;
    migrated.push(each);
    tell(each);
  }
  return migrated;
}
