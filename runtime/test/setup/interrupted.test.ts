import { setTimeout } from 'node:timers/promises';

import {
  CreateKeyCommand,
  DescribeKeyCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';

import { ACCOUNT } from '../../../testbed/index.js';
import type { BareAws } from './bare.js';
import { OTHERS, REQUEST, startWithRole, state } from './state.js';

let bare: BareAws;

beforeEach(async () => {
  bare = await startWithRole();
});
afterEach(() => bare.aws.stop());

interface SdkClient {
  readonly middlewareStack: {
    add(middleware: unknown, options: object): void;
    remove(name: string): boolean;
  };
}

function sdkClients(): SdkClient[] {
  const { dynamodb, iam, kms, kmsOnce, sts } = bare.clients;
  return [dynamodb, iam, kms, kmsOnce, sts] as unknown as SdkClient[];
}

/** Whatever it answers, the call was done: and then it is as if the process were killed. */
function killAfter(count: number): void {
  let calls = 0;
  for (const client of sdkClients()) {
    client.middlewareStack.add(
      (next: (args: unknown) => Promise<unknown>) => async (args: unknown) => {
        const answer = next(args);
        await answer.catch(() => undefined);
        if (++calls >= count) throw new Error('Killed');
        return answer;
      },
      { step: 'finalizeRequest', name: 'kill', priority: 'low' },
    );
  }
}

function revive(): void {
  for (const client of sdkClients()) client.middlewareStack.remove('kill');
}

test('setup that is killed after any call and run again ends in the same state, with one key', async () => {
  await bare.setUp(REQUEST);
  const total = bare.takeCalls().length;
  const undisturbed = await state(bare);
  expect(undisturbed.keys).toEqual(['Enabled']);
  await bare.aws.stop();

  for (let count = 1; count <= total; count++) {
    bare = await startWithRole();
    killAfter(count);
    await expect(bare.setUp(REQUEST)).rejects.toThrow(/Killed/);
    revive();
    await bare.setUp(REQUEST);
    expect({ count, ...(await state(bare)) }).toEqual({ count, ...undisturbed });
    await bare.aws.stop();
  }
  bare = await startWithRole();
}, 120_000);

test('setup finds the key of a CreateKey whose answer was lost, and creates no second one', async () => {
  bare.aws.inject({ action: 'kms:CreateKey', loseAnswer: true, times: 1 });
  await expect(bare.setUp(REQUEST)).rejects.toThrow(/kms:CreateKey/);
  await bare.setUp(REQUEST);
  expect(await state(bare)).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
});

test('setup repeats a CreateKey that was only throttled, and creates one key', async () => {
  bare.aws.inject({ action: 'kms:CreateKey', error: 'ThrottlingException', times: 4 });
  await bare.setUp(REQUEST);
  expect(await state(bare)).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
});

describe('setup with tagged keys and no alias', () => {
  const createTagged = async (Policy: string, kind = {}) => {
    const Tags = [{ TagKey: 'credstash:alias', TagValue: 'alias/credstash' }];
    const create = new CreateKeyCommand({ Policy, Tags, ...kind });
    const { KeyMetadata } = await bare.clients.kms.send(create);
    await setTimeout(5);
    return KeyMetadata?.Arn ?? '';
  };

  const own = JSON.stringify({
    Statement: [
      {
        Action: 'kms:*',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
        Resource: '*',
      },
    ],
    Version: '2012-10-17',
  });

  test("leaves a key alone that it didn't create", async () => {
    const forged = own.replace('"kms:*"', '["kms:*"]');
    await createTagged(forged);
    await createTagged(own, { KeySpec: 'RSA_2048' });
    expect((await bare.setUp(REQUEST)).plan[1]).toMatch(/^create key/);
  });

  test('takes the oldest enabled key, on whatever page of the list it is', async () => {
    const { kms } = bare.clients;
    await createTagged(own.replace('root', 'user/admin'));
    const KeyId = await createTagged(own);
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    const oldest = await createTagged(own);
    await createTagged(own);
    await bare.setUp(REQUEST);
    const alias = new DescribeKeyCommand({ KeyId: 'alias/credstash' });
    expect((await kms.send(alias)).KeyMetadata?.Arn).toBe(oldest);
  });
});

test("setup repeats calls about what AWS doesn't find yet", async () => {
  const notYet: [string, string][] = [
    ['kms:CreateAlias', 'NotFoundException'],
    ['kms:EnableKeyRotation', 'NotFoundException'],
    ['iam:AttachRolePolicy', 'NoSuchEntity'],
    ['dynamodb:UpdateContinuousBackups', 'ContinuousBackupsUnavailableException'],
  ];
  for (const [action, error] of notYet) bare.aws.inject({ action, error, times: 3 });
  await bare.setUp(REQUEST);
  const calls = bare.takeCalls();
  for (const [action] of notYet) expect(calls.filter((call) => call === action)).toHaveLength(4);
  expect(await state(bare)).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
});

test('a plan knows what it created when a call fails', async () => {
  bare.aws.inject({ action: 'iam:CreatePolicy', error: 'AccessDenied' });
  const plan = await bare.plan(REQUEST);
  await expect(plan.apply()).rejects.toMatchObject({ code: 'ERR_ACCESS_DENIED' });
  expect(plan.made).toEqual([
    'table credential-store',
    'point-in-time recovery of the table credential-store',
    'key of alias/credstash',
    'alias alias/credstash',
    'rotation of the key of alias/credstash',
  ]);
  bare.aws.clearFaults();
  expect((await bare.setUp(REQUEST)).plan.slice(0, 3)).toEqual([
    'unchanged table credential-store',
    'unchanged key of alias/credstash',
    'unchanged alias alias/credstash',
  ]);
});

test('setup passes over keys whose policies lock it out', async () => {
  const { aws } = bare;
  await bare.setUp({ parameters: OTHERS });
  aws.inject({
    action: 'kms:ListResourceTags',
    error: 'AccessDeniedException',
    message: 'because no resource-based policy allows the kms:ListResourceTags action',
  });
  await bare.setUp(REQUEST);
  aws.clearFaults();
  aws.inject({
    action: 'kms:ListResourceTags',
    error: 'AccessDeniedException',
    message: 'because no identity-based policy allows the kms:ListResourceTags action',
  });
  const another = { parameters: { ...OTHERS, KeyAlias: 'alias/third' } };
  await bare.expectRefusal('ERR_ACCESS_DENIED', /kms:ListResourceTags/, another);
});
