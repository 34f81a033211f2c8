import { execFile } from 'node:child_process';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { cliCommand } from '../demo/cli';
import { Compartment } from '../lib';
import { Credstash, DynamoDbStore, type SealedItem } from '../runtime/src/index.js';
import { startSynthesized } from '../testbed/synthesized-aws';
import type { TestAws } from '../testbed/test-aws';
import { withoutBinding } from './without-binding';

const V2 = '0000000000000000002';
const IN_PROD = { context: { env: 'prod' } };

let test_: TestAws;
let credstash: Credstash;

beforeEach(async () => {
  test_ = await startSynthesized((stack) => {
    new Compartment(stack, 'Compartment', { bindNames: true, openUnbound: true });
    new Compartment(stack, 'Open', { compartmentName: 'open' });
  });
  credstash = new Credstash(test_.clients());
  await before(async () => {
    await credstash.put('app/a', 'a', { comment: 'of a', digest: 'SHA512' });
    await credstash.put('app/b', 'b');
    await credstash.put('other', 'o');
  });
});

afterEach(() => test_.aws.stop());

function before(work: () => Promise<void>): Promise<void> {
  return withoutBinding(test_.clients(), 'credstash', work);
}

async function bindings(): Promise<Record<string, string | undefined>> {
  const { dynamodb } = test_.clients();
  const found: [string, string | undefined][] = [];
  for await (const { name, version, binding } of new DynamoDbStore(
    dynamodb,
    'credential-store',
  ).scan()) {
    found.push([`${name}@${Number(version)}`, binding]);
  }
  return Object.fromEntries(found.sort());
}

test('rebind writes nothing unless told to', async () => {
  const planned = await credstash.rebind({ names: ['app/*'] });
  expect([...planned.values()]).toEqual([
    { name: 'app/a', version: V2, isUnchanged: false },
    { name: 'app/b', version: V2, isUnchanged: false },
  ]);
  expect(test_.takeCalls()).not.toContain('dynamodb:UpdateItem');
  expect(Object.keys(await bindings())).toEqual(['app/a@1', 'app/b@1', 'other@1']);
});

test('rebind stores the latest version of each secret again, bound, with its comment and digest', async () => {
  await credstash.rebind({ names: ['app/*'], dryRun: false });
  expect(await bindings()).toEqual({
    'app/a@1': undefined,
    'app/a@2': 'name-and-version',
    'app/b@1': undefined,
    'app/b@2': 'name-and-version',
    'other@1': undefined,
  });
  expect(await credstash.get('app/a')).toBe('a');
  expect(await credstash.list()).toContainEqual({ name: 'app/a', version: V2, comment: 'of a' });
  const item = await new DynamoDbStore(test_.clients().dynamodb, 'credential-store').latest(
    'app/a',
  );
  expect(item?.digest).toBe('SHA512');
});

test('rebind can be repeated, and leaves alone what is bound', async () => {
  await credstash.rebind({ names: ['app/a'], dryRun: false });
  const results = await credstash.rebind({ names: ['app/*'], dryRun: false });
  expect([...results.values()]).toEqual([
    { name: 'app/a', version: V2, isUnchanged: true },
    { name: 'app/b', version: V2, isUnchanged: false },
  ]);
});

test('rebind names what it could not open, and moves the others', async () => {
  await before(() => credstash.put('app/in-prod', 'p', IN_PROD).then(() => undefined));
  await expect(credstash.rebind({ dryRun: false })).rejects.toMatchObject({
    code: 'ERR_BULK_WRITE',
    stored: expect.objectContaining({ size: 3 }),
    failures: new Map([['app/in-prod', expect.objectContaining({ code: 'ERR_CONTEXT_MISMATCH' })]]),
  });
  const moved = await credstash.rebind({ names: ['app/in-prod'], dryRun: false, ...IN_PROD });
  expect(moved.get('app/in-prod')?.version).toBe(V2);
  expect(await credstash.get('app/in-prod', IN_PROD)).toBe('p');
});

test('rebind names a secret that is not there, and binds the others', async () => {
  await expect(
    credstash.rebind({ names: ['app/a', 'nothing'], dryRun: false }),
  ).rejects.toMatchObject({
    stored: new Map([['app/a', { name: 'app/a', version: V2, isUnchanged: false }]]),
    failures: new Map([['nothing', expect.objectContaining({ code: 'ERR_SECRET_NOT_FOUND' })]]),
  });
});

test('rebind does not call stored what it only planned', async () => {
  await expect(credstash.rebind({ names: ['app/a', 'nothing'] })).rejects.toMatchObject({
    stored: new Map(),
    message: expect.stringMatching(/^0 stored, 1 failed: nothing: /),
  });
});

test('rebind does not hide what another writer puts meanwhile', async () => {
  const { dynamodb, kms } = test_.clients();
  let isFirst = true;
  class RacedStore extends DynamoDbStore {
    override async putIfAbsent(item: SealedItem, signal?: AbortSignal): Promise<boolean> {
      if (isFirst) {
        isFirst = false;
        await credstash.put('app/a', 'newer', { autoVersion: true });
      }
      return super.putIfAbsent(item, signal);
    }
  }
  const raced = new Credstash({ kms, store: new RacedStore(dynamodb, 'credential-store') });
  const results = await raced.rebind({ names: ['app/a'], dryRun: false });
  expect(results.get('app/a')).toEqual({ name: 'app/a', version: V2, isUnchanged: true });
  expect(await credstash.get('app/a')).toBe('newer');
});

test('rebind does not take the word of a row that says it is bound', async () => {
  const store = new DynamoDbStore(test_.clients().dynamodb, 'credential-store');
  const item = await store.latest('other');
  const forged = { ...item, name: 'forged', binding: 'name-and-version' };
  const Item = Object.fromEntries(Object.entries(forged).map(([key, S]) => [key, { S }]));
  await test_.clients().dynamodb.send(new PutItemCommand({ TableName: 'credential-store', Item }));
  await expect(credstash.rebind({ names: ['forged'], dryRun: false })).rejects.toMatchObject({
    failures: new Map([['forged', expect.objectContaining({ code: 'ERR_CONTEXT_MISMATCH' })]]),
  });
});

test('rebind refuses a compartment whose key does not bind names', async () => {
  const open = new Credstash({ ...test_.clients(), compartment: 'open' });
  await open.put('a', 'v');
  await expect(open.rebind({ dryRun: false })).rejects.toMatchObject({
    code: 'ERR_NOT_BOUND',
    message: expect.stringMatching(/Deploy the compartment with bindNames and openUnbound first/),
  });
  expect(await open.versions('a')).toHaveLength(1);
});

test('rebind asks for unpadded versions to be repaired first', async () => {
  await before(async () => {
    await new Credstash(test_.clients()).put('old', 'v', { version: 4 });
    const store = new DynamoDbStore(test_.clients().dynamodb, 'credential-store');
    const item = await store.latest('old');
    await store.putIfAbsent({ ...(item as SealedItem), version: '4' });
  });
  await expect(credstash.rebind({ names: ['old'], dryRun: false })).rejects.toMatchObject({
    failures: new Map([['old', expect.objectContaining({ code: 'ERR_NO_NEXT_VERSION' })]]),
  });
});

describe('credstash rebind', () => {
  async function run(...args: string[]) {
    const env = { PATH: process.env.PATH, ...(await test_.env()) };
    return new Promise((resolve) => {
      execFile(...cliCommand('rebind', ...args), { env }, (error, stdout, stderr) =>
        resolve({ exitCode: error?.code ?? 0, stdout, stderr }),
      );
    });
  }

  test('lists what it would bind, and binds it with --apply', async () => {
    expect(await run('app/*')).toEqual({
      exitCode: 0,
      stdout:
        'app/a: version 2 would be bound\napp/b: version 2 would be bound\n2 secrets to bind; --apply binds them\n',
      stderr: '',
    });
    expect(await run('app/*', '--apply')).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^app\/\w: version 2 is bound\napp\/\w: version 2 is bound\n2 secrets bound; their older versions are not\n$/,
      ),
      stderr: '',
    });
    expect(await run('app/*')).toMatchObject({ stdout: '0 secrets to bind\n' });
    expect(await run('app/*', '--apply')).toMatchObject({ stdout: '0 secrets bound\n' });
  });

  test('fails for a name that is not there', async () => {
    expect(await run('nothing', '--apply')).toEqual({
      exitCode: 1,
      stdout: '0 secrets bound\n',
      stderr: "nothing: Item {'name': 'nothing'} couldn't be found.\n",
    });
  });

  test('names what it could not open, binds the others, and exits with 1', async () => {
    await before(() => credstash.put('app/in-prod', 'p', IN_PROD).then(() => undefined));
    expect(await run('app/*', '--apply')).toEqual({
      exitCode: 1,
      stdout: expect.stringMatching(/app\/a: version 2 is bound[^]*\n2 secrets bound\n$/),
      stderr: expect.stringMatching(/^app\/in-prod: KMS ERROR: Could not decrypt hmac key/),
    });
    expect(await run('app/in-prod', 'env=prod', '--apply')).toMatchObject({ exitCode: 0 });
  });

  test('says what to deploy where the key does not bind names', async () => {
    await new Credstash({ ...test_.clients(), compartment: 'open' }).put('a', 'v');
    expect(await run('--compartment', 'open')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/Deploy the compartment with bindNames and openUnbound first/),
    });
  });
});
