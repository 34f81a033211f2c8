import type { SealedItem } from '../format/item.js';

/** What can be listed of an item without reading its ciphertext. */
export interface SecretEntry {
  readonly name: string;
  readonly version: string;
  readonly comment?: string;
}

/**
 * Keeps sealed items. Every read sees every write that was acknowledged before it.
 *
 * Versions are taken as they are: padding is the caller's.
 */
export interface SecretStore {
  /** The item with the highest version of a name, in byte order. */
  latest(name: string): Promise<SealedItem | undefined>;
  get(name: string, version: string): Promise<SealedItem | undefined>;
  /** Store an item, unless its name and version are taken: then false. Safe to repeat. */
  putIfAbsent(item: SealedItem): Promise<boolean>;
  /** The versions of a name, the highest first, all or the first `limit`. */
  versions(name: string, limit?: number): Promise<string[]>;
  /** Every item, in no order. */
  scan(): AsyncIterable<SealedItem>;
  /** Every item without its ciphertext, in no order. */
  entries(): AsyncIterable<SecretEntry>;
  delete(name: string, version: string): Promise<void>;
  /**
   * Store an item under another version, whole, and delete it under its own once the copy was read
   * back. If the other version is taken by another item, do nothing, and give false.
   */
  moveVersion(name: string, from: string, to: string): Promise<boolean>;
}
