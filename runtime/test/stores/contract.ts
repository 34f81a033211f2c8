import type { SealedItem } from '../../src/format/item.js';
import type { SecretStore } from '../../src/stores/secret-store.js';
import { padVersion } from '../../src/format/version.js';

/** An item with texts of every attribute. */
export function itemOf(name: string, version: string, more: Partial<SealedItem> = {}): SealedItem {
  const unique = Buffer.from(`${name} ${version} ${Math.random()}`).toString('base64');
  return { name, version, key: unique, contents: 'Yw==', hmac: 'ab12', digest: 'SHA512', ...more };
}

/**
 * What every store must do.
 *
 * @param empty Gives a store without items.
 */
export function describeStore(kind: string, empty: () => Promise<SecretStore>): void {
  describe(`${kind} as a SecretStore`, () => {
    let store: SecretStore;
    const [v1, v2, v10] = [padVersion(1), padVersion(2), padVersion(10)] as const;

    beforeEach(async () => {
      store = await empty();
    });

    const put = async (...items: SealedItem[]) => {
      for (const item of items) expect(await store.putIfAbsent(item)).toBe(true);
    };

    test('get and latest return an item as it was put', async () => {
      const item = itemOf('a/b.c', v1, { comment: 'a comment' });
      await put(item);
      expect(await store.get('a/b.c', v1)).toEqual(item);
      expect(await store.latest('a/b.c')).toEqual(item);
    });

    test('get, latest and versions find nothing that was not put', async () => {
      await put(itemOf('a', v1));
      expect(await store.get('a', v2)).toBeUndefined();
      expect(await store.get('b', v1)).toBeUndefined();
      expect(await store.latest('b')).toBeUndefined();
      expect(await store.versions('b')).toEqual([]);
    });

    test('putIfAbsent never overwrites an item', async () => {
      const first = itemOf('a', v1);
      await put(first);
      expect(await store.putIfAbsent(itemOf('a', v1))).toBe(false);
      expect(await store.get('a', v1)).toEqual(first);
    });

    test('putIfAbsent accepts the same item again', async () => {
      const item = itemOf('a', v1);
      await put(item, item);
      expect(await store.versions('a')).toEqual([v1]);
    });

    test('putIfAbsent lets one of many writers of the same version win', async () => {
      const items = Array.from({ length: 20 }, () => itemOf('a', v1));
      const won = await Promise.all(items.map((item) => store.putIfAbsent(item)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.get('a', v1)).toEqual(items[won.indexOf(true)]);
    });

    test('versions and latest order versions by their bytes, highest first', async () => {
      const versions = ['4', v10, v2, 'V', 'é', v1];
      await put(...versions.map((version) => itemOf('a', version)), itemOf('ab', v1));
      expect(await store.versions('a')).toEqual(['é', 'V', '4', v10, v2, v1]);
      expect(await store.versions('a', 1)).toEqual(['é']);
      expect((await store.latest('a'))?.version).toBe('é');
    });

    test('scan yields every item, past the end of a page', async () => {
      const large = 'A'.repeat(300_000);
      const items = Array.from({ length: 12 }, (_, i) => itemOf(`n${i}`, v1, { contents: large }));
      await put(...items, itemOf('n0', v2));
      const scanned: SealedItem[] = [];
      for await (const item of store.scan()) scanned.push(item);
      expect(scanned).toHaveLength(13);
      expect(scanned).toEqual(expect.arrayContaining(items));
    });

    test('entries yields every name, version and comment, without the ciphertext', async () => {
      await put(itemOf('a', v1, { comment: 'c' }), itemOf('a', v2), itemOf('b', v1));
      const entries = [];
      for await (const entry of store.entries()) entries.push(entry);
      expect(entries).toHaveLength(3);
      expect(entries).toEqual(
        expect.arrayContaining([
          { name: 'a', version: v1, comment: 'c' },
          { name: 'a', version: v2 },
          { name: 'b', version: v1 },
        ]),
      );
    });

    test('history yields the versions and comments of a name, the highest first', async () => {
      await put(itemOf('a', v1, { comment: 'c' }), itemOf('a', v10), itemOf('a', v2));
      await put(itemOf('ab', v1));
      const entries = [];
      for await (const entry of store.history('a')) entries.push(entry);
      expect(entries).toEqual([
        { name: 'a', version: v10 },
        { name: 'a', version: v2 },
        { name: 'a', version: v1, comment: 'c' },
      ]);
    });

    test('moveVersion moves an item to another version, unless another item has it', async () => {
      const item = itemOf('a', '4', { comment: 'c' });
      await put(item, itemOf('a', v2));
      expect(await store.moveVersion('a', '4', v2)).toBe(false);
      expect(await store.get('a', '4')).toEqual(item);
      expect(await store.moveVersion('a', '4', v10)).toBe(true);
      expect(await store.get('a', v10)).toEqual({ ...item, version: v10 });
      expect(await store.versions('a')).toEqual([v10, v2]);
      expect(await store.moveVersion('a', '4', v10)).toBe(false);
    });

    test('delete removes one version, and ignores a missing one', async () => {
      await put(itemOf('a', v1), itemOf('a', v2), itemOf('ab', v1));
      await store.delete('a', v2);
      await store.delete('a', v2);
      await store.delete('b', v1);
      expect(await store.versions('a')).toEqual([v1]);
      expect(await store.versions('ab')).toEqual([v1]);
    });

    test('every method rejects with ERR_ABORTED when its signal aborts', async () => {
      const signal = AbortSignal.abort();
      const all = async (entries: AsyncIterable<unknown>) => {
        for await (const entry of entries) throw new Error(`yielded ${JSON.stringify(entry)}`);
      };
      await put(itemOf('a', v1));
      for (const work of [
        store.latest('a', signal),
        store.get('a', v1, signal),
        store.putIfAbsent(itemOf('a', v2), signal),
        store.versions('a', undefined, signal),
        all(store.scan(signal)),
        all(store.entries(signal)),
        all(store.history('a', signal)),
        store.delete('a', v1, signal),
        store.moveVersion('a', v1, v10, signal),
      ]) {
        await expect(work).rejects.toMatchObject({ code: 'ERR_ABORTED' });
      }
      expect(await store.versions('a')).toEqual([v1]);
    });
  });
}
