import { DescribeTableCommand, type ScalarAttributeType } from '@aws-sdk/client-dynamodb';
import {
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  ListKeysCommand,
  ScheduleKeyDeletionCommand,
  type CreateKeyCommandInput,
} from '@aws-sdk/client-kms';

import { ACCOUNT } from '../../../testbed/index.js';
import { BareAws, UNCHANGED } from './bare.js';
import { createKey, createTable } from './by-hand.js';

const UNPROTECTED = 'its policy lets it be deleted while it is in use';

let bare: BareAws;

beforeEach(async () => {
  bare = await BareAws.start();
});
afterEach(() => bare.aws.stop());

describe('planSetup with an existing table', () => {
  test('adopts it, keeps its billing and turns protection on', async () => {
    await createTable(bare.clients);
    const { plan } = await bare.setUp();
    expect(plan[0]).toBe(
      'update table credential-store: turn point-in-time recovery on; turn deletion protection on; its billing, PROVISIONED, is kept',
    );
    const describe = new DescribeTableCommand({ TableName: 'credential-store' });
    const { Table } = await bare.clients.dynamodb.send(describe);
    expect(Table?.ProvisionedThroughput?.ReadCapacityUnits).toBe(1);
    expect(Table?.DeletionProtectionEnabled).toBe(true);
    expect((await bare.setUp()).plan[0]).toBe(
      'adopt table credential-store: its billing, PROVISIONED, is kept',
    );
  });

  test.each<[string, string[], ScalarAttributeType[]]>([
    ['another key schema', ['name', 'revision'], ['S', 'S']],
    ['the keys in another order', ['version', 'name'], ['S', 'S']],
    ['no sort key', ['name'], ['S']],
    ['versions that are numbers', ['name', 'version'], ['S', 'N']],
  ])('refuses %s and creates nothing', async (_, names, types) => {
    await createTable(bare.clients, { names, types });
    await bare.expectRefusal(
      'ERR_TABLE_UNSUITABLE',
      /primary key is not name and version.*Choose another name/,
    );
  });
});

describe('planSetup with an existing alias', () => {
  test('adopts the key, turns rotation on and keeps its policy', async () => {
    const arn = await createKey(bare.clients);
    const { kms } = bare.clients;
    const before = await kms.send(new GetKeyPolicyCommand({ KeyId: arn }));
    const { plan } = await bare.setUp();
    expect(plan[1]).toBe(`update key of alias/credstash: turn yearly rotation on; ${UNPROTECTED}`);
    expect(plan[2]).toBe('unchanged alias alias/credstash');
    const alias = { KeyId: 'alias/credstash' };
    expect((await kms.send(new DescribeKeyCommand(alias))).KeyMetadata?.Arn).toBe(arn);
    const { KeyRotationEnabled } = await kms.send(new GetKeyRotationStatusCommand({ KeyId: arn }));
    expect(KeyRotationEnabled).toBe(true);
    expect(await kms.send(new GetKeyPolicyCommand({ KeyId: arn }))).toMatchObject({
      Policy: before.Policy,
    });
    expect((await kms.send(new ListKeysCommand())).Keys).toHaveLength(1);
    const adopted = UNCHANGED.with(1, `adopt key of alias/credstash: ${UNPROTECTED}`);
    expect((await bare.setUp()).plan).toEqual(adopted);
  });

  test('adopts a key whose policy leaves nothing to IAM, and says so', async () => {
    await createKey(bare.clients, {
      principal: `arn:aws:iam::${ACCOUNT}:user/admin`,
    });
    const note =
      /; its policy is kept, and does not leave access to IAM: until it does, the policies here may have no effect;/;
    expect((await bare.setUp()).plan[1]).toMatch(note);
    expect((await bare.setUp()).plan[1]).toMatch(note);
  });

  test.each<[CreateKeyCommandInput, RegExp]>([
    [{ KeyUsage: 'SIGN_VERIFY', KeySpec: 'RSA_2048' }, /is not for encryption/],
    [{ KeySpec: 'RSA_2048' }, /is not symmetric/],
  ])('refuses a key of another kind: %j', async (kind, message) => {
    await createKey(bare.clients, { kind });
    await bare.expectRefusal('ERR_KEY_UNAVAILABLE', message);
  });

  test("adopts a key that KMS can't rotate without rotation", async () => {
    await createKey(bare.clients, { kind: { Origin: 'EXTERNAL' } });
    expect((await bare.setUp()).plan[1]).toBe(
      `adopt key of alias/credstash: ${UNPROTECTED}; its key material is of the origin EXTERNAL`,
    );
  });

  test.each([
    ['disabled', DisableKeyCommand, /it is Disabled.*aws kms enable-key --key-id [0-9a-f-]{36}\./],
    [
      'pending deletion',
      ScheduleKeyDeletionCommand,
      /PendingDeletion.*aws kms cancel-key-deletion --key-id [0-9a-f-]{36}, and then aws kms/,
    ],
  ])('refuses a key that is %s and creates nothing', async (_, Change, message) => {
    const KeyId = await createKey(bare.clients);
    await bare.clients.kms.send(new Change({ KeyId }));
    await bare.expectRefusal('ERR_KEY_UNAVAILABLE', message);
  });
});

test('setup gives a key back the alias that it lost', async () => {
  await bare.setUp();
  await bare.clients.kms.send(new DeleteAliasCommand({ AliasName: 'alias/credstash' }));
  const { plan } = await bare.setUp();
  expect(plan.slice(1)).toEqual([
    expect.stringMatching(/^adopt key of alias\/credstash: /),
    'create alias alias/credstash',
    'unchanged policy credstash-read-secrets',
    'unchanged policy credstash-write-secrets',
  ]);
});
