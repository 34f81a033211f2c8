import {
  DynamoDbStore,
  KmsKeyService,
  type MigratedVersion,
  type SealedItem,
  type SecretStore,
} from '../../src/index.js';
import { sealItem } from '../../src/format/item.js';
import { padVersion } from '../../src/format/version.js';
import { Secrets } from '../secrets.js';

const secrets = Secrets.prepare();
const { connect, warnings } = secrets;
let { credstash, test_ } = secrets;
beforeEach(() => ({ credstash, test_ } = secrets));

describe('put', () => {
  test('stores 50 versions and keeps every value when 50 writers use autoVersion at once', async () => {
    const values = Array.from({ length: 50 }, (_, i) => `value ${i}`);
    const stored = await Promise.all(
      values.map(async (value) => {
        const { version } = await connect().put('raced', value, { autoVersion: true });
        return [version, value] as const;
      }),
    );
    expect((await credstash.versions('raced')).reverse()).toEqual(
      values.map((_, i) => padVersion(i + 1)),
    );
    for (const [version, value] of stored) {
      expect(await credstash.get('raced', { version })).toBe(value);
    }
  });

  test('lets one of four writers of the same version win, and rejects the rest with ERR_VERSION_EXISTS', async () => {
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((value) => credstash.put('raced', value)),
    );
    const lost = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(lost).toHaveLength(3);
    for (const error of lost) expect(error).toMatchObject({ code: 'ERR_VERSION_EXISTS' });
  });

  test('survives a lost answer to PutItem without an error or a second version', async () => {
    test_.aws.inject({ action: 'dynamodb:PutItem', loseAnswer: true, times: 1 });
    await credstash.put('lost', 'value');
    test_.aws.inject({ action: 'dynamodb:PutItem', loseAnswer: true, times: 1 });
    await credstash.put('lost', 'next', { autoVersion: true });
    expect(await credstash.versions('lost')).toEqual([padVersion(2), padVersion(1)]);
  });

  test('rejects with ERR_VERSION_CONTENDED when other writers take every next version', async () => {
    const store = new DynamoDbStore(test_.clients().dynamodb, 'credential-store');
    store.putIfAbsent = () => Promise.resolve(false);
    const contended = connect({ store });
    jest.spyOn(Math, 'random').mockReturnValue(0);
    await expect(contended.put('a', 'value', { autoVersion: true })).rejects.toMatchObject({
      code: 'ERR_VERSION_CONTENDED',
    });
    jest.restoreAllMocks();
  });
});

describe('unpadded versions', () => {
  beforeEach(async () => {
    const { dynamodb, kms } = test_.clients();
    const store = new DynamoDbStore(dynamodb, 'credential-store');
    const keyService = new KmsKeyService(kms, 'alias/credstash', undefined);
    const values = { 4: 'old', [padVersion(12)]: 'padded' };
    for (const [version, value] of Object.entries(values)) {
      const dataKey = await keyService.generateDataKey({});
      const item = sealItem({ name: 'a', version }, Buffer.from(value), dataKey, {
        digest: 'SHA256',
      });
      await store.putIfAbsent(item);
    }
  });

  test('can be read by number with get', async () => {
    expect(await credstash.get('a', { version: 4 })).toBe('old');
    expect(await credstash.get('a', { version: 12 })).toBe('padded');
  });

  test("don't mislead put with autoVersion, which warns of them", async () => {
    const { version } = await credstash.put('a', 'new', { autoVersion: true });
    expect(version).toBe(padVersion(13));
    expect(warnings).toEqual([expect.stringContaining('unpadded version 4')]);
  });

  test('are listed by migrateVersions, and moved by it with dryRun: false', async () => {
    const plan = { name: 'a', from: '4', to: padVersion(4) };
    expect(await credstash.migrateVersions()).toEqual([{ ...plan, outcome: 'planned' }]);
    expect(await credstash.versions('a')).toEqual(['4', padVersion(12)]);
    expect(await credstash.migrateVersions({ dryRun: false })).toEqual([
      { ...plan, outcome: 'moved' },
    ]);
    expect(await credstash.versions('a')).toEqual([padVersion(12), padVersion(4)]);
    expect(await credstash.get('a', { version: 4 })).toBe('old');
    expect(await credstash.migrateVersions({ dryRun: false })).toEqual([]);
  });

  test('are left alone by migrateVersions when another item has the padded version', async () => {
    await credstash.put('a', 'other', { version: 4 });
    const [migrated] = await credstash.migrateVersions({ dryRun: false });
    expect(migrated).toMatchObject({ from: '4', outcome: 'taken' });
    expect(await credstash.versions('a')).toEqual(['4', padVersion(12), padVersion(4)]);
  });

  test('are planned by migrateVersions as it moves them when two have one padded form', async () => {
    const store = new DynamoDbStore(test_.clients().dynamodb, 'credential-store');
    const old = await store.get('a', '4');
    await store.putIfAbsent({ ...old, name: 'a', version: '04', key: 'aw==' } as SealedItem);
    const outcomes = (migrated: MigratedVersion[]) =>
      migrated.map(({ from, outcome }) => [from, outcome]);
    expect(outcomes(await credstash.migrateVersions())).toEqual([
      ['04', 'planned'],
      ['4', 'taken'],
    ]);
    expect(outcomes(await credstash.migrateVersions({ dryRun: false }))).toEqual([
      ['04', 'moved'],
      ['4', 'taken'],
    ]);
  });

  test('are told by migrateVersions as each is done', async () => {
    const settled: MigratedVersion[] = [];
    const onSettled = (version: MigratedVersion) => settled.push(version);
    expect(await credstash.migrateVersions({ dryRun: false, onSettled })).toEqual(settled);
    expect(settled).toHaveLength(1);
  });

  test('survive a migrateVersions that fails halfway, and are moved by the next run', async () => {
    test_.aws.inject({ action: 'dynamodb:PutItem', error: 'ValidationException' });
    await expect(credstash.migrateVersions({ dryRun: false })).rejects.toThrow(/Injected/);
    expect(test_.takeCalls()).not.toContain('dynamodb:DeleteItem');
    test_.aws.clearFaults();
    // Cut short after the copy was made.
    test_.aws.inject({ action: 'dynamodb:DeleteItem', error: 'ValidationException' });
    await expect(credstash.migrateVersions({ dryRun: false })).rejects.toThrow(/Injected/);
    expect(await credstash.versions('a')).toEqual(['4', padVersion(12), padVersion(4)]);
    test_.aws.clearFaults();
    expect(await credstash.migrateVersions({ dryRun: false })).toMatchObject([
      { outcome: 'moved' },
    ]);
    expect(await credstash.versions('a')).toEqual([padVersion(12), padVersion(4)]);
  });

  test('can be deleted by number with delete', async () => {
    expect(await credstash.delete('a', { version: 4 })).toEqual(['4']);
    expect(await credstash.versions('a')).toEqual([padVersion(12)]);
  });
});

test('migrateVersions takes a time that grows with the number of versions, not its square', async () => {
  const store: Partial<SecretStore> = {
    limits: { nameBytes: 2048, versionBytes: 1024, itemBytes: 400 * 1024 },
    async *entries() {
      for (let version = 1; version <= 100_000; version++) {
        yield await Promise.resolve({ name: 'a', version: String(version) });
      }
    },
  };
  const start = performance.now();
  expect(await connect({ store: store as SecretStore }).migrateVersions()).toHaveLength(100_000);
  expect(performance.now() - start).toBeLessThan(10_000);
});
