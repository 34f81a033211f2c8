import {
  PutResourcePolicyCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateGrantCommand,
  CreateKeyCommand,
  CreateAliasCommand,
  ReplicateKeyCommand,
} from '@aws-sdk/client-kms';

import { ACCOUNT } from '../../../testbed/index.js';
import { BareAws, REGION } from './bare.js';
import { createKey, createTable, TABLE_ARN } from './by-hand.js';

const OUTSIDER = 'arn:aws:iam::999999999999:root';
const ELSEWHERE = 'eu-west-1';
const OWN_POLICY = { AWS: `arn:aws:iam::${ACCOUNT}:root` };

let bare: BareAws;

beforeEach(async () => {
  bare = await BareAws.start();
});
afterEach(() => bare.aws.stop());

const planOf = async (index: number, adopt: readonly string[] = []) => {
  const change = (await bare.plan({ adopt })).changes[index];
  return change?.deviations;
};

const statement = (Principal: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Principal,
  Action: 'kms:Decrypt',
  Resource: '*',
  ...more,
});

const policy = (...statements: object[]) =>
  JSON.stringify({
    Statement: [statement(OWN_POLICY, { Action: 'kms:*' }), ...statements],
  });

/** Make a key with a policy of such statements, beside the one of every key. */
async function createKeyWith(...statements: object[]): Promise<string> {
  const { kms } = bare.clients;
  const create = new CreateKeyCommand({ Policy: policy(...statements) });
  const { KeyMetadata } = await kms.send(create);
  const TargetKeyId = KeyMetadata?.Arn ?? '';
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/credstash', TargetKeyId }));
  return TargetKeyId;
}

const putTablePolicy = (statements: object[], ResourceArn = TABLE_ARN, clients = bare.clients) =>
  clients.dynamodb.send(
    new PutResourcePolicyCommand({
      ResourceArn,
      Policy: JSON.stringify({ Statement: statements }),
    }),
  );

/** Expect a refusal that shows what lets strangers in, and that `adopt` lifts. */
async function expectStranger(index: number, arn: string, shown: string) {
  await bare.expectRefusal('ERR_UNTRUSTED', new RegExp(`, ${arn}, is open to others than`));
  await expect(bare.plan()).rejects.toThrow(shown);
  // The ARN of something else adopts nothing.
  await expect(bare.plan({ adopt: [`${arn}x`] })).rejects.toThrow(shown);
  const kept = await planOf(index, [arn]);
  expect(kept?.join()).toContain(shown);
  await bare.setUp({ adopt: [arn] });
}

describe('planSetup stops at a key', () => {
  test.each<[string, object]>([
    ['of another account', statement({ AWS: OUTSIDER })],
    ['of another account, given by its id', statement({ AWS: '999999999999' })],
    ['beside one of this account', statement({ AWS: [OWN_POLICY.AWS, OUTSIDER] })],
    ['that is anybody', statement('*')],
    ['that is anybody on a condition', statement({ AWS: '*' }, { Condition: { Bool: {} } })],
    ['that is a service', statement({ Service: 'logs.amazonaws.com' })],
    ['that is federated', statement({ Federated: 'cognito-identity.amazonaws.com' })],
    [
      'of another partition',
      statement({ AWS: `arn:aws-cn:iam::${ACCOUNT}:root` }, { Action: 'kms:*' }),
    ],
  ])('whose policy allows a principal %s, and shows the statement', async (_, stranger) => {
    const arn = await createKeyWith(stranger);
    await expectStranger(1, arn, JSON.stringify(stranger));
  });

  test('with a grant, and shows its grantee and its operations', async () => {
    const KeyId = await createKey(bare.clients);
    await bare.clients.kms.send(
      new CreateGrantCommand({
        KeyId,
        GranteePrincipal: OUTSIDER,
        Operations: ['Decrypt', 'CreateGrant'],
      }),
    );
    await expectStranger(1, KeyId, `its grant grant-1 lets ${OUTSIDER} do Decrypt, CreateGrant`);
  });

  test.each([
    ['policy', [statement({ AWS: OUTSIDER })]],
    ['grant', []],
  ])('with a replica in another region whose %s lets a stranger in', async (kind, statements) => {
    const KeyId = await createKey(bare.clients, { kind: { MultiRegion: true } });
    const { kms } = bare.clients;
    const replicate = { KeyId, ReplicaRegion: ELSEWHERE, Policy: policy(...statements) };
    const { ReplicaKeyMetadata } = await kms.send(new ReplicateKeyCommand(replicate));
    const replica = ReplicaKeyMetadata?.Arn ?? '';
    if (kind === 'grant') {
      const grant = {
        KeyId: replica,
        GranteePrincipal: OUTSIDER,
        Operations: ['Decrypt' as const],
      };
      await bare.clients.inRegion(ELSEWHERE).kms.send(new CreateGrantCommand(grant));
    }
    await expectStranger(1, KeyId, `${replica}: its ${kind}`);
  });
});

describe('planSetup tells of a key', () => {
  test('what its policy says beside the account, and goes on', async () => {
    const own = statement({ AWS: `arn:aws:iam::${ACCOUNT}:role/web` });
    const denial = { ...statement('*'), Effect: 'Deny', Action: 'kms:ScheduleKeyDeletion' };
    await createKeyWith(own, denial);
    expect(await planOf(1)).toEqual([
      `its policy also says ${JSON.stringify(own)}`,
      `its policy also says ${JSON.stringify(denial)}`,
    ]);
  });

  test.each(['kms:ScheduleKeyDeletion', 'kms:schedule*', ['kms:DisableKey', 'kms:*Deletion']])(
    'that its policy lets it be deleted, unless it denies that in some way: %j',
    async (Action) => {
      const denial = { ...statement('*'), Effect: 'Deny', Action };
      await createKeyWith(denial);
      expect(await planOf(1)).toEqual([`its policy also says ${JSON.stringify(denial)}`]);
    },
  );

  test.each(['kms:GenerateDataKey*', 'kms:CancelKeyDeletion'])(
    'that its policy lets it be deleted, if it denies only %s',
    async (Action) => {
      await createKeyWith({ ...statement('*'), Effect: 'Deny', Action });
      expect(await planOf(1)).toContain('its policy lets it be deleted while it is in use');
    },
  );

  test('that it is a multi-Region key, and which keys it is one with', async () => {
    const KeyId = await createKey(bare.clients, { kind: { MultiRegion: true } });
    const unprotected = 'its policy lets it be deleted while it is in use';
    expect(await planOf(1)).toEqual([unprotected, 'it is a multi-Region key']);
    const replicate = { KeyId, ReplicaRegion: ELSEWHERE, Policy: policy() };
    await bare.clients.kms.send(new ReplicateKeyCommand(replicate));
    const replica = KeyId.replace(REGION, ELSEWHERE);
    expect(await planOf(1)).toEqual([
      unprotected,
      `it is a multi-Region key, with ${replica}`,
      `${replica}: ${unprotected}`,
    ]);
  });
});

describe('planSetup stops at a table', () => {
  beforeEach(() => createTable(bare.clients));
  const stranger = { ...statement({ AWS: OUTSIDER }), Action: 'dynamodb:GetItem' };

  test('whose policy lets a stranger in, and shows the statement', async () => {
    await putTablePolicy([stranger]);
    await expectStranger(0, TABLE_ARN, JSON.stringify(stranger));
  });

  test("whose stream's policy lets a stranger in", async () => {
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const };
    const TableName = 'credential-store';
    const { dynamodb } = bare.clients;
    await dynamodb.send(new UpdateTableCommand({ TableName, StreamSpecification }));
    const [kept] = (await planOf(0)) ?? [];
    const [stream = ''] = /arn:\S+/.exec(kept ?? '') ?? [];
    expect(stream).toMatch(/:table\/credential-store\/stream\//);
    await putTablePolicy([stranger], stream);
    await expectStranger(0, TABLE_ARN, `its stream's policy also says`);
  });

  test('whose replica lets a stranger in', async () => {
    const elsewhere = bare.clients.inRegion(ELSEWHERE);
    await createTable({ ...bare.clients, ...elsewhere });
    const ReplicaUpdates = [{ Create: { RegionName: ELSEWHERE } }];
    const update = { TableName: 'credential-store', ReplicaUpdates };
    await bare.clients.dynamodb.send(new UpdateTableCommand(update));
    const replica = TABLE_ARN.replace(REGION, ELSEWHERE);
    expect(await planOf(0)).toContain(`its replica ${replica} is kept`);
    await putTablePolicy([stranger], replica, { ...bare.clients, ...elsewhere });
    await expectStranger(0, TABLE_ARN, `${replica}: its policy also says`);
  });

  test('that another run made meanwhile, and leaves it as it is', async () => {
    await bare.aws.stop();
    bare = await BareAws.start();
    const plan = await bare.plan();
    await createTable(bare.clients);
    await putTablePolicy([stranger]);
    bare.takeCalls();
    await expect(plan.apply()).rejects.toMatchObject({ code: 'ERR_UNTRUSTED' });
    expect(bare.takeChanges()).toEqual(['dynamodb:CreateTable']);
  });
});

test('planSetup tells of a table what it is not as setup makes it, and goes on', async () => {
  const { dynamodb } = bare.clients;
  await createTable(bare.clients);
  const TableName = 'credential-store';
  const own = { ...statement(OWN_POLICY), Action: 'dynamodb:Query' };
  await putTablePolicy([own]);
  const TimeToLiveSpecification = { AttributeName: 'expiry', Enabled: true };
  await dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  const KMSMasterKeyId = `arn:aws:kms:${REGION}:${ACCOUNT}:key/of-the-table`;
  const SSESpecification = { Enabled: true, SSEType: 'KMS' as const, KMSMasterKeyId };
  await dynamodb.send(new UpdateTableCommand({ TableName, SSESpecification }));
  expect(await planOf(0)).toEqual([
    `its policy also says ${JSON.stringify(own)}`,
    'its time to live is kept: DynamoDB deletes items by their expiry',
    `its encryption under ${KMSMasterKeyId} is kept`,
    'its billing, PROVISIONED, is kept',
  ]);
});
