import { setTimeout } from 'node:timers/promises';

import {
  CreateGrantCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  ScheduleKeyDeletionCommand,
  type GrantOperation,
} from '@aws-sdk/client-kms';

import { resolve } from '../../src/setup/template.js';
import { ACCOUNT } from '../../../testbed/index.js';
import { COMPARTMENT_TEMPLATE } from '../../../testbed/test-aws.js';
import type { BareAws } from './bare.js';
import { createKey } from './by-hand.js';
import { REQUEST, startWithRole, state } from './state.js';

let bare: BareAws;

beforeEach(async () => {
  bare = await startWithRole();
});
afterEach(() => bare.aws.stop());

interface Stacked {
  readonly middlewareStack: {
    add(middleware: unknown, options: object): void;
    remove(name: string): void;
  };
}

/** The clients of the region. */
function killed() {
  const { dynamodb, iam, kms, kmsOnce, sts, tagging } = bare.clients;
  return [dynamodb, iam, kms, kmsOnce, sts, tagging] as unknown as Stacked[];
}

/** Whatever it answers, the call was done: and then it is as if the process were killed. */
function killAfter(count: number): void {
  let calls = 0;
  for (const client of killed()) {
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
  for (const client of killed()) client.middlewareStack.remove('kill');
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

  const key = Object.values(COMPARTMENT_TEMPLATE.Resources).find(
    ({ Type }) => Type === 'AWS::KMS::Key',
  );
  const names = { 'AWS::AccountId': ACCOUNT, 'AWS::Partition': 'aws' };
  const own = JSON.stringify(resolve((key?.Properties as { KeyPolicy: object }).KeyPolicy, names));

  test('leaves keys alone that are not as it creates them', async () => {
    await createTagged(own.replace('root', 'user/admin'));
    await createTagged(own, { KeySpec: 'RSA_2048' });
    await createTagged(own, { Origin: 'EXTERNAL' });
    await createTagged(own, { MultiRegion: true });
    const KeyId = await createTagged(own);
    const Operations: GrantOperation[] = ['Decrypt'];
    const grant = { KeyId, GranteePrincipal: 'arn:aws:iam::999999999999:root', Operations };
    await bare.clients.kms.send(new CreateGrantCommand(grant));
    expect((await bare.setUp(REQUEST)).plan[1]).toMatch(/^create key/);
  });

  test('makes a call for the tagged keys alone, however many keys there are', async () => {
    for (let i = 0; i < 30; i++) await createKey(bare.clients, { alias: `alias/${i}` });
    await createTagged(own);
    bare.takeCalls();
    expect((await bare.plan(REQUEST)).changes[1]?.action).toBe('adopt');
    expect(bare.takeCalls().filter((call) => /^(kms|tag):/.test(call)).length).toBeLessThan(10);
  });

  test('passes over keys whose policies lock it out, and no others that it cannot see', async () => {
    await createTagged(own);
    const refuse = (reason: string) =>
      bare.aws.inject({
        action: 'kms:GetKeyPolicy',
        error: 'AccessDeniedException',
        message: `because no ${reason} policy allows the kms:GetKeyPolicy action`,
      });
    refuse('identity-based');
    await bare.expectRefusal('ERR_ACCESS_DENIED', /kms:GetKeyPolicy/, REQUEST);
    bare.aws.clearFaults();
    refuse('resource-based');
    expect((await bare.setUp(REQUEST)).plan[1]).toMatch(/^create key/);
  });

  test('takes the oldest enabled key', async () => {
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
