import type { SealedItem } from '../format/item.js';

/** What can be listed of an item without reading its ciphertext. */
export interface SecretEntry {
  readonly name: string;
  readonly version: string;
  readonly comment?: string;
}

/** The most that a store holds, in bytes. */
export interface StoreLimits {
  /** Of a name. */
  readonly nameBytes: number;
  /** Of a version, as stored. */
  readonly versionBytes: number;
  /** Of a whole item: the names and the values of all its attributes. */
  readonly itemBytes: number;
}

/**
 * Keeps sealed items. Every read sees every write that was acknowledged before it.
 *
 * A store takes names and versions as they are: checking and padding are up to the caller. A method
 * rejects with ERR_ABORTED when its signal aborts.
 */
export interface SecretStore {
  readonly limits: StoreLimits;
  /** The item with the highest version of a name, in byte order. */
  latest(name: string, signal?: AbortSignal): Promise<SealedItem | undefined>;
  get(name: string, version: string, signal?: AbortSignal): Promise<SealedItem | undefined>;
  /** Store an item, unless its name and version are taken: then false. Safe to repeat. */
  putIfAbsent(item: SealedItem, signal?: AbortSignal): Promise<boolean>;
  /** The versions of a name, the highest first, all or the first `limit`. */
  versions(name: string, limit?: number, signal?: AbortSignal): Promise<string[]>;
  /** Every item, in no order. */
  scan(signal?: AbortSignal): AsyncIterable<SealedItem>;
  /** Every item without its ciphertext, in no order. */
  entries(signal?: AbortSignal): AsyncIterable<SecretEntry>;
  /** The items of a name without their ciphertexts, the highest version first. */
  history(name: string, signal?: AbortSignal): AsyncIterable<SecretEntry>;
  delete(name: string, version: string, signal?: AbortSignal): Promise<void>;
  /**
   * Store a whole item under another version, and delete it under its own once the copy was read
   * back. If another item has that version, do nothing, and give false.
   */
  moveVersion(name: string, from: string, to: string, signal?: AbortSignal): Promise<boolean>;
}
