import { padVersion } from '../../src/format/version.js';
import { DynamoDbStore } from '../../src/index.js';
import { Secrets } from '../secrets.js';

const secrets = Secrets.prepare();

const VERSIONS = Array.from({ length: 40 }, (_, i) => padVersion(i + 1));
const [latest = ''] = VERSIONS.slice(-1);

beforeEach(async () => {
  const store = new DynamoDbStore(secrets.test_.clients().dynamodb, 'credential-store');
  const item = { name: 'a', key: 'aw==', contents: '', hmac: '', digest: 'SHA256' };
  for (const version of VERSIONS) await store.putIfAbsent({ ...item, version });
  secrets.test_.takeCalls();
});

const versionOf = (input: Record<string, unknown>) =>
  (input.Key as { version: { S: string } }).version.S;

test('delete deletes 16 versions at once, and the latest alone, after all others', async () => {
  let under = 0;
  const most: number[] = [];
  const kept = new DynamoDbStore(secrets.test_.clients().dynamodb, 'credential-store');
  const store = Object.assign(Object.create(kept) as DynamoDbStore, {
    delete: async (name: string, version: string) => {
      most.push(++under);
      await kept.delete(name, version);
      under--;
      if (version === latest) expect(await kept.versions(name)).toEqual([]);
    },
  });
  expect(await secrets.connect({ store }).delete('a')).toEqual(VERSIONS);
  expect(Math.max(...most)).toBe(16);
  expect(most.at(-1)).toBe(1);
});

test('delete tells of each version that it deleted, the oldest first', async () => {
  const deleted: string[] = [];
  await secrets.credstash.delete('a', { onDeleted: (version) => deleted.push(version) });
  expect(deleted).toEqual(VERSIONS);
});

test('delete that fails in the middle tells what it deleted, and leaves the latest version', async () => {
  const failing = padVersion(20);
  secrets.test_.aws.inject({
    action: 'dynamodb:DeleteItem',
    error: 'ValidationException',
    when: (input) => versionOf(input) === failing,
  });
  const deleted: string[] = [];
  const work = secrets.credstash.delete('a', { onDeleted: (version) => deleted.push(version) });
  await expect(work).rejects.toMatchObject({ code: 'ERR_AWS' });
  const left = await secrets.credstash.versions('a');
  expect(left).toEqual(VERSIONS.filter((version) => !deleted.includes(version)).reverse());
  expect(left).toEqual(expect.arrayContaining([failing, latest]));
  expect(deleted.length).toBeGreaterThan(16);
});

test('delete whose signal aborts tells what it deleted for certain', async () => {
  const stop = new AbortController();
  const deleted: string[] = [];
  const onDeleted = (version: string) => {
    if (deleted.push(version) === 16) stop.abort();
  };
  await expect(
    secrets.credstash.delete('a', { onDeleted, signal: stop.signal }),
  ).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  expect(deleted).toEqual(VERSIONS.slice(0, 16));
  expect(await secrets.credstash.versions('a')).toContain(latest);
});
