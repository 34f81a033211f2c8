import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iam';
import {
  DeleteAliasCommand,
  DescribeKeyCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';

import { ACCOUNT } from '../../../testbed/index.js';
import type { SetupRequest } from '../../src/setup/setup.js';
import { BareAws, NAMES, policyArn, UNCHANGED } from './bare.js';
import { createKey, createPolicyOfFive, policyText } from './by-hand.js';

let bare: BareAws;

beforeEach(async () => {
  bare = await BareAws.start();
});
afterEach(() => bare.aws.stop());

describe('planSetup with an existing policy', () => {
  const PolicyArn = policyArn(NAMES.ReadPolicyName);
  const create = (PolicyDocument: string) =>
    bare.clients.iam.send(
      new CreatePolicyCommand({ PolicyName: NAMES.ReadPolicyName, PolicyDocument }),
    );
  const versions = async () => {
    const { Versions = [] } = await bare.clients.iam.send(
      new ListPolicyVersionsCommand({ PolicyArn }),
    );
    return Versions.map(({ VersionId }) => VersionId).reverse();
  };

  test('replaces another document by a new version, and keeps the old one', async () => {
    await create(policyText());
    const { plan } = await bare.setUp();
    expect(plan[3]).toBe(
      'drifted policy credstash-read-secrets: its text is replaced by a new version; v1 is kept',
    );
    expect(await versions()).toEqual(['v1', 'v2']);
    const { Policy } = await bare.clients.iam.send(new GetPolicyCommand({ PolicyArn }));
    expect(Policy?.DefaultVersionId).toBe('v2');
    expect((await bare.setUp()).plan).toEqual(UNCHANGED);
  });

  test("says that it deletes the oldest of five versions that isn't the default", async () => {
    await createPolicyOfFive(bare.clients);
    const { told } = await bare.setUp();
    // v1 is the default.
    expect(await versions()).toEqual(['v1', 'v3', 'v4', 'v5', 'v6']);
    expect(told).toContain(
      'Removing v2, the oldest of 5 versions, of policy credstash-read-secrets...',
    );
  });

  test('compares versions by their numbers', async () => {
    await create(policyText());
    const { iam } = bare.clients;
    for (let i = 2; i <= 12; i++) {
      const PolicyDocument = policyText();
      await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument }));
      const VersionId = `v${i - 3}`;
      if (i > 4 && i < 12) await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    }
    expect(await versions()).toEqual(['v1', 'v9', 'v10', 'v11', 'v12']);
    await bare.setUp();
    expect(await versions()).toEqual(['v1', 'v10', 'v11', 'v12', 'v13']);
  });

  test('adds tags to a policy with another document', async () => {
    await create(policyText());
    await bare.setUp({ tags: { team: 'blue' } });
    expect((await bare.setUp({ tags: { team: 'blue' } })).plan).toEqual(UNCHANGED);
  });

  test('refuses a policy under another path', async () => {
    bare.aws.inject({ action: 'iam:CreatePolicy', error: 'EntityAlreadyExists' });
    await expect(bare.setUp()).rejects.toMatchObject({
      code: 'ERR_POLICY_TAKEN',
      message: expect.stringMatching(/has another path/),
    });
  });

  test.each([
    `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/credential-store-prod`,
    'arn:aws:s3:::bucket/*',
    '*',
  ])('leaves a policy for %s alone and creates nothing', async (other) => {
    await create(policyText(other));
    await bare.expectRefusal('ERR_POLICY_TAKEN', /Give the policies other names/);
  });
});

describe("planSetup with policies for a key that the alias doesn't point to", () => {
  /** The holders of the policies lose nothing. */
  const expectRefusal = (request: Partial<SetupRequest>, key: string) =>
    bare.expectRefusal(
      'ERR_POLICY_TAKEN',
      new RegExp(`use ${key}, .*aws kms create-alias`),
      request,
    );

  const keyOf = async (KeyId: string) => {
    const { KeyMetadata } = await bare.clients.kms.send(new DescribeKeyCommand({ KeyId }));
    return KeyMetadata?.Arn ?? '';
  };

  test('refuses them if another alias was given', async () => {
    await bare.setUp();
    const parameters = { ...NAMES, KeyAlias: 'alias/other' };
    await expectRefusal({ parameters }, await keyOf('alias/credstash'));
  });

  test('refuses them if the alias was deleted', async () => {
    const arn = await createKey(bare.clients);
    await bare.setUp();
    await bare.clients.kms.send(new DeleteAliasCommand({ AliasName: 'alias/credstash' }));
    await expectRefusal({}, arn);
  });

  test('refuses them if the alias was deleted and the key is pending deletion', async () => {
    await bare.setUp();
    const KeyId = await keyOf('alias/credstash');
    await bare.clients.kms.send(new DeleteAliasCommand({ AliasName: 'alias/credstash' }));
    await bare.clients.kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    await expectRefusal({}, KeyId);
  });
});
