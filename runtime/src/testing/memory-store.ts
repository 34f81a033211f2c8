import type { SealedItem } from '../format/item.js';
import { compareBytes } from '../format/text.js';
import { LIMITS } from '../stores/dynamodb.js';
import type { SecretEntry, SecretStore } from '../stores/secret-store.js';
import type { Calls } from './calls.js';

/** Sealed items in memory. Its methods make, and fail, the calls that those of DynamoDB make. */
export class MemoryStore implements SecretStore {
  readonly limits = LIMITS;

  /** By name and version, as JSON. */
  readonly #items = new Map<string, SealedItem>();
  /** By wrapped data key. */
  readonly #names = new Map<string, string>();
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** The name of the secret that a data key sealed. */
  nameOf(wrappedKey: string): string | undefined {
    return this.#names.get(wrappedKey);
  }

  /** Store an item, unless another one has its name and version. */
  add(item: SealedItem): boolean {
    const place = placeOf(item.name, item.version);
    const isTaken = (this.#items.get(place) ?? item).key !== item.key;
    if (isTaken) return false;
    this.#items.set(place, item);
    this.#names.set(item.key, item.name);
    return true;
  }

  latest(name: string, signal?: AbortSignal): Promise<SealedItem | undefined> {
    return this.#calls.make('dynamodb:Query', name, signal, () => this.#newestFirst(name)[0]);
  }

  get(name: string, version: string, signal?: AbortSignal): Promise<SealedItem | undefined> {
    return this.#calls.make('dynamodb:GetItem', name, signal, () =>
      this.#items.get(placeOf(name, version)),
    );
  }

  putIfAbsent(item: SealedItem, signal?: AbortSignal): Promise<boolean> {
    return this.#calls.make('dynamodb:PutItem', item.name, signal, () => this.add(item));
  }

  versions(name: string, limit?: number, signal?: AbortSignal): Promise<string[]> {
    return this.#calls.make('dynamodb:Query', name, signal, () =>
      this.#newestFirst(name)
        .slice(0, limit)
        .map(({ version }) => version),
    );
  }

  async *scan(signal?: AbortSignal): AsyncIterable<SealedItem> {
    yield* await this.#calls.make('dynamodb:Scan', undefined, signal, () => [
      ...this.#items.values(),
    ]);
  }

  async *entries(signal?: AbortSignal): AsyncIterable<SecretEntry> {
    for await (const item of this.scan(signal)) yield entryOf(item);
  }

  async *history(name: string, signal?: AbortSignal): AsyncIterable<SecretEntry> {
    yield* await this.#calls.make('dynamodb:Query', name, signal, () =>
      this.#newestFirst(name).map(entryOf),
    );
  }

  async delete(name: string, version: string, signal?: AbortSignal): Promise<void> {
    await this.#calls.make('dynamodb:DeleteItem', name, signal, () =>
      this.#items.delete(placeOf(name, version)),
    );
  }

  async moveVersion(
    name: string,
    from: string,
    to: string,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const original = await this.get(name, from, signal);
    if (!original) return false;
    const isMoved = await this.putIfAbsent({ ...original, version: to }, signal);
    if (isMoved) await this.delete(name, from, signal);
    return isMoved;
  }

  #newestFirst(name: string): SealedItem[] {
    return [...this.#items.values()]
      .filter((item) => item.name === name)
      .sort((a, b) => compareBytes(b.version, a.version));
  }
}

function placeOf(name: string, version: string): string {
  return JSON.stringify([name, version]);
}

function entryOf({ name, version, comment }: SealedItem): SecretEntry {
  return { name, version, ...(comment === undefined ? {} : { comment }) };
}
