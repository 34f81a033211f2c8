import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GenerateDataKeyCommand } from '@aws-sdk/client-kms';
import { Compartment } from '../lib';
import { Credstash } from '../runtime/src/index.js';
import { role, standardCompartment, startSynthesized } from '../testbed/synthesized-aws';
import type { TestAws } from '../testbed/test-aws';
import { withoutBinding } from './without-binding';

const TABLE = 'credential-store';
const V1 = '0000000000000000001';

let test_: TestAws;

beforeAll(async () => {
  test_ = await startSynthesized((stack) => {
    const bound = standardCompartment(stack, { bindNames: true });
    bound.grantRead(role(stack, 'app-reader'), { names: ['app/*'] });
    bound.grantWrite(role(stack, 'app-writer'), { names: ['app/*'] });
    const moving = new Compartment(stack, 'Moving', {
      compartmentName: 'moving',
      bindNames: true,
      openUnbound: true,
    });
    moving.grantRead(role(stack, 'moving-reader'), { names: ['app/*'], context: { env: 'prod' } });
    new Compartment(stack, 'Open', { compartmentName: 'open' });
  });
});

afterAll(() => test_.aws.stop());

function admin(compartment?: string): Credstash {
  return new Credstash({ ...test_.clients(), compartment });
}

async function as(name: string, compartment?: string): Promise<Credstash> {
  return new Credstash({ ...(await test_.clientsOf(name)), compartment });
}

type Attributes = Record<string, { S: string }>;

async function row(name: string, version = V1, TableName = TABLE): Promise<Attributes> {
  const Key = { name: { S: name }, version: { S: version } };
  const { Item } = await test_.clients().dynamodb.send(new GetItemCommand({ TableName, Key }));
  return Item as Attributes;
}

/** Store a row as whoever can write to the table by hand. */
async function forge(Item: Attributes, TableName = TABLE): Promise<void> {
  await test_.clients().dynamodb.send(new PutItemCommand({ TableName, Item }));
}

describe('a compartment that binds names', () => {
  test('gives what was put, without an option, to get, getAll and by version', async () => {
    await admin().put('app/plain', 'v');
    await admin().put('app/context', 'in prod', { context: { env: 'prod' }, comment: 'c' });
    const reader = await as('reader');
    expect(await reader.get('app/plain')).toBe('v');
    expect(await reader.get('app/context', { version: 1, context: { env: 'prod' } })).toBe(
      'in prod',
    );
    expect([...(await reader.getAll({ names: ['app/pl*'] }))]).toEqual([['app/plain', 'v']]);
  });

  test('binds each data key to the name and the version of its secret', async () => {
    test_.takeRequests();
    await (await as('writer')).put('bound', 'v', { autoVersion: true });
    const contexts = test_
      .takeRequests()
      .filter(({ call }) => call === 'kms:GenerateDataKey')
      .map(({ input }) => input.EncryptionContext);
    expect(contexts).toEqual([{}, { 'credstash:name': 'bound', 'credstash:version': V1 }]);
  });

  test('costs a client one refused call, once', async () => {
    const writer = await as('writer');
    await writer.put('once', 'v');
    test_.takeCalls();
    await writer.put('once', 'v', { version: 2 });
    expect(test_.takeCalls()).toEqual(['kms:GenerateDataKey', 'dynamodb:PutItem']);
    await (await as('reader')).get('once');
    expect(test_.takeCalls()).toEqual(['sts:AssumeRole', 'dynamodb:Query', 'kms:Decrypt']);
  });

  test('takes a data key of its own for each version that a racing writer tries', async () => {
    const writers = [admin(), admin(), admin()];
    const results = await Promise.all(
      writers.map((each, i) => each.put('raced', `of ${i}`, { autoVersion: true })),
    );
    for (const [i, { version }] of results.entries()) {
      expect(await admin().get('raced', { version })).toBe(`of ${i}`);
    }
  });

  test.each(['kept', 'removed', 'forged'])(
    'refuses a row that was copied to another name, its binding being %s',
    async (binding) => {
      await admin().put(`mine-${binding}`, 'v');
      const copied: Attributes = {
        ...(await row(`mine-${binding}`)),
        name: { S: `copied-${binding}` },
      };
      if (binding === 'removed') delete copied.binding;
      if (binding === 'forged') copied.binding = { S: 'something else' };
      await forge(copied);
      await expect(admin().get(`copied-${binding}`)).rejects.toMatchObject({
        code: binding === 'kept' ? 'ERR_CONTEXT_MISMATCH' : 'ERR_NOT_BOUND',
      });
    },
  );

  test('refuses an old version that was replayed as the latest', async () => {
    await admin().put('rolled', 'old');
    await admin().put('rolled', 'new', { version: 2 });
    await forge({ ...(await row('rolled')), version: { S: '0000000000000000003' } });
    await expect(admin().get('rolled')).rejects.toMatchObject({ code: 'ERR_CONTEXT_MISMATCH' });
    expect(await admin().get('rolled', { version: 2 })).toBe('new');
  });

  test('opens a bound row whose binding was removed, at the cost of a call', async () => {
    await admin().put('stripped', 'v');
    const { binding, ...stripped } = await row('stripped');
    expect(binding).toEqual({ S: 'name-and-version' });
    await forge(stripped as Attributes);
    expect(await admin().get('stripped')).toBe('v');
  });

  test('refuses a row that says it is bound, and is not', async () => {
    await admin('open').put('open', 'v');
    const said = {
      ...(await row('open', V1, 'credential-store-open')),
      binding: { S: 'name-and-version' },
    };
    await forge(said, 'credential-store-open');
    await expect(admin('open').get('open')).rejects.toMatchObject({ code: 'ERR_CONTEXT_MISMATCH' });
  });

  test('refuses at the key whoever would seal without the pairs, or with the name alone', async () => {
    const { kms } = test_.clients();
    const command = (EncryptionContext: Record<string, string>) =>
      kms.send(
        new GenerateDataKeyCommand({
          KeyId: 'alias/credstash',
          NumberOfBytes: 64,
          EncryptionContext,
        }),
      );
    const name = { 'credstash:name': 'n' };
    const attempts: Record<string, string>[] = [
      {},
      name,
      { 'Credstash:Name': 'n', 'CREDSTASH:VERSION': V1 },
    ];
    for (const context of attempts) {
      await expect(command(context)).rejects.toThrow(/explicit deny in a resource-based policy/);
    }
    await command({ ...name, 'credstash:version': V1 });
  });

  test('takes the pairs from a caller who passes them by hand, and refuses those of another secret', async () => {
    const pairs = { 'credstash:name': 'by-hand', 'credstash:version': V1 };
    await admin().put('by-hand', 'v', { context: pairs });
    expect(await admin().get('by-hand', { context: pairs })).toBe('v');
    expect(await admin().get('by-hand')).toBe('v');
    const other = { context: { ...pairs, 'credstash:name': 'other' } };
    await expect(admin().get('by-hand', other)).rejects.toMatchObject({
      code: 'ERR_CONTEXT_MISMATCH',
    });
    await expect(admin().put('by-hand', 'v', { version: 2, ...other })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });
});

test('pairs passed by hand do not open the row of another secret, though its binding was removed', async () => {
  await admin().put('by-hand/mine', 'v');
  const copied = { ...(await row('by-hand/mine')), name: { S: 'by-hand/copied' } };
  delete (copied as Attributes).binding;
  await forge(copied);
  const context = { 'credstash:name': 'by-hand/mine', 'credstash:version': V1 };
  await expect(admin().get('by-hand/copied', { context })).rejects.toMatchObject({
    code: 'ERR_CONTEXT_MISMATCH',
  });
});

test('a row without its binding opens however KMS words its refusal', async () => {
  await admin().put('worded', 'v');
  const worded = await row('worded');
  delete worded.binding;
  await forge(worded);
  test_.aws.inject({
    action: 'kms:Decrypt',
    when: ({ EncryptionContext }) => !Object.hasOwn(EncryptionContext as object, 'credstash:name'),
    error: 'AccessDeniedException',
    message:
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    times: 1,
  });
  // The policy would refuse before the fault strikes.
  await withoutBinding(test_.clients(), 'credstash', async () => {
    expect(await admin().get('worded')).toBe('v');
  });
});

test('a permission that takes effect between two calls does not pass for names that are bound', async () => {
  const denied = { action: 'kms:GenerateDataKey', error: 'AccessDeniedException', times: 1 };
  test_.aws.inject(denied);
  const credstash = admin('open');
  await credstash.put('late', 'v');
  await credstash.put('later', 'v');
  for (const name of ['late', 'later']) {
    expect(await row(name, V1, 'credential-store-open')).not.toHaveProperty('binding');
  }
  test_.aws.inject(denied);
  await expect(admin('open').rebind({ dryRun: false })).rejects.toMatchObject({
    code: 'ERR_NOT_BOUND',
  });
});

describe('a grant to some names of a compartment that binds them', () => {
  test('holds at the key, whatever the table lets through', async () => {
    await admin().put('app/mine', 'v');
    await admin().put('other/theirs', 'v');
    const [whole, everything] = [await test_.clientsOf('app-reader'), test_.clients()];
    const withWholeTable = new Credstash({ dynamodb: everything.dynamodb, kms: whole.kms });
    expect(await withWholeTable.get('app/mine')).toBe('v');
    await expect(withWholeTable.get('other/theirs')).rejects.toMatchObject({
      code: 'ERR_ACCESS_DENIED',
      message: expect.stringMatching(/no identity-based policy allows the kms:Decrypt action/),
    });
  });

  test('does not seal other names, whatever the table lets through', async () => {
    const [whole, everything] = [await test_.clientsOf('app-writer'), test_.clients()];
    const withWholeTable = new Credstash({ dynamodb: everything.dynamodb, kms: whole.kms });
    await withWholeTable.put('app/written', 'v');
    await expect(withWholeTable.put('other/written', 'v')).rejects.toMatchObject({
      code: 'ERR_ACCESS_DENIED',
    });
  });
});

describe('a compartment that still opens unbound secrets', () => {
  const context = { env: 'prod' };

  beforeAll(() =>
    withoutBinding(test_.clients(), 'moving', () =>
      admin('moving').put('app/old', 'old', { context }),
    ),
  );

  test('seals new versions bound', async () => {
    await admin('moving').put('app/new', 'new', { context });
    expect(await row('app/new', V1, 'credential-store-moving')).toHaveProperty('binding');
  });

  test('lets a scoped reader read both', async () => {
    const reader = await as('moving-reader', 'moving');
    expect(await reader.get('app/old', { context })).toBe('old');
    expect(await reader.get('app/new', { context })).toBe('new');
  });
});

test('a compartment that binds names refuses what was sealed before, unless it still opens that', async () => {
  await withoutBinding(test_.clients(), 'credstash', () => admin().put('before', 'v'));
  await expect(admin().get('before')).rejects.toMatchObject({
    code: 'ERR_NOT_BOUND',
    message: expect.stringMatching(
      /^before version 1 is not bound to its name and version, .*; or the encryption context is/,
    ),
    secret: { name: 'before', version: V1 },
  });
});
