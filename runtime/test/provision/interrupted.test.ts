import { setTimeout } from 'node:timers/promises';

import {
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  GetPolicyCommand,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iam';
import {
  CreateKeyCommand,
  DescribeKeyCommand,
  paginateListKeys,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';

import { ACCOUNT } from '../../../local/index.js';
import { Credstash } from '../../src/index.js';
import { BareAws, isReading, NAMES } from './bare.js';

const ROLE = { RoleName: 'web', AssumeRolePolicyDocument: '{"Statement":[]}' };
/** The names of others, in the same table. */
const OTHERS = {
  ...NAMES,
  KeyAlias: 'alias/other',
  ReadPolicyName: 'other-readers',
  WritePolicyName: 'other-writers',
};
const REQUEST = { readers: ['web'], tags: { team: 'blue' } };

let bare: BareAws;

beforeEach(async () => {
  bare = await BareAws.start();
  await bare.clients.iam.send(new CreateRoleCommand(ROLE));
  bare.takeCalls();
});
afterEach(() => bare.aws.stop());

const keys = async () => {
  const { kms } = bare.clients;
  const ids: string[] = [];
  for await (const { Keys = [] } of paginateListKeys({ client: kms }, {})) {
    ids.push(...Keys.map(({ KeyId = '' }) => KeyId));
  }
  const all = ids.map(async (KeyId) => {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    return KeyMetadata;
  });
  return Promise.all(all);
};

/** What there is, without what differs from run to run. */
async function state() {
  const { iam } = bare.clients;
  const policies = [NAMES.ReadPolicyName, NAMES.WritePolicyName].map(async (name) => {
    const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/${name}`;
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
    return `${Policy?.DefaultVersionId} of ${Versions.length}`;
  });
  const credstash = new Credstash({ compartment: 'credstash', ...bare.clients });
  await credstash.put('foo', 'bar');
  return {
    // A plan sees all that setup would change.
    plan: (await bare.plan(REQUEST)).changes.map(({ action, resource }) => `${action} ${resource}`),
    keys: (await keys()).map((key) => key?.KeyState),
    policies: await Promise.all(policies),
    secret: await credstash.get('foo'),
  };
}

/** Whatever it answers, the call was done: and then it is as if the process were killed. */
function killAfter(count: number): void {
  let calls = 0;
  for (const client of Object.values(bare.clients)) {
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
  for (const client of Object.values(bare.clients)) client.middlewareStack.remove('kill');
}

test('killed after any call, and run again, it ends in the same state, with one key', async () => {
  await bare.setUp(REQUEST);
  const total = bare.takeCalls().length;
  const undisturbed = await state();
  expect(undisturbed.keys).toEqual(['Enabled']);
  await bare.aws.stop();

  for (let count = 1; count <= total; count++) {
    bare = await BareAws.start();
    await bare.clients.iam.send(new CreateRoleCommand(ROLE));
    killAfter(count);
    await expect(bare.setUp(REQUEST)).rejects.toThrow(/Killed/);
    revive();
    await bare.setUp(REQUEST);
    expect({ count, ...(await state()) }).toEqual({ count, ...undisturbed });
    await bare.aws.stop();
  }
  bare = await BareAws.start();
}, 120_000);

test('many at once make one key and one table, and all succeed', async () => {
  await Promise.all(Array.from({ length: 6 }, () => bare.setUp(REQUEST)));
  expect(await state()).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
});

test('of two keys made at once, one is kept, and the other deleted, said aloud', async () => {
  // With the table there, nothing tells two runs apart until one of them has made the alias.
  await bare.setUp({ parameters: OTHERS });
  const both = await Promise.all([bare.setUp(REQUEST), bare.setUp(REQUEST)]);
  const states = (await keys()).map((key) => key?.KeyState).sort();
  expect(states).toEqual(['Enabled', 'Enabled', 'PendingDeletion']);
  expect(both.flatMap(({ told }) => told).filter((line) => /deleting the key/.test(line))).toEqual([
    expect.stringMatching(/^Another run made alias\/credstash first: deleting the key made here/),
  ]);
  const deletion = bare.aws.requests.find(({ call }) => call === 'kms:ScheduleKeyDeletion');
  expect(deletion?.input).toMatchObject({ PendingWindowInDays: 7 });
  const alias = new DescribeKeyCommand({ KeyId: 'alias/credstash' });
  expect((await bare.clients.kms.send(alias)).KeyMetadata?.KeyState).toBe('Enabled');
});

test('a key that another run has given the alias to, meanwhile, is not deleted', async () => {
  const first = bare.newClients();
  let isSecondDone = false;
  first.kms.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'CreateAliasCommand' && !isSecondDone) {
          isSecondDone = true;
          await bare.setUp(REQUEST);
        }
        return next(args);
      },
    { step: 'initialize' },
  );
  await bare.setUp(REQUEST, first);
  expect(isSecondDone).toBe(true);
  expect(bare.takeCalls()).not.toContain('kms:ScheduleKeyDeletion');
  expect(await state()).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
});

test('a run that begins while another makes the table waits for its key', async () => {
  bare.aws.dynamodb.createTableMs = 1500;
  const first = bare.setUp(REQUEST);
  await setTimeout(500);
  const second = await bare.setUp(REQUEST);
  expect(second.plan[0]).toBe('update table credential-store: wait until it is made');
  await first;
  expect(await state()).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
});

test('a key whose making was not answered is found, and not made twice', async () => {
  bare.aws.inject({ action: 'kms:CreateKey', loseAnswer: true, times: 1 });
  await expect(bare.setUp(REQUEST)).rejects.toThrow(/kms:CreateKey/);
  await bare.setUp(REQUEST);
  expect(await state()).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
});

describe('of keys with the tag of the alias,', () => {
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

  test('one that setup did not make is left alone', async () => {
    const forged = own.replace('"kms:*"', '["kms:*"]');
    await createTagged(forged);
    await createTagged(own, { KeySpec: 'RSA_2048' });
    expect((await bare.setUp(REQUEST)).plan[1]).toMatch(/^create key/);
  });

  test('the oldest that is enabled is taken, on whatever page it is', async () => {
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

test('three runs that replace policies of five versions all succeed', async () => {
  await bare.setUp(REQUEST);
  const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/${NAMES.ReadPolicyName}`;
  const PolicyDocument = JSON.stringify({
    Statement: {
      Effect: 'Allow',
      Action: 'dynamodb:GetItem',
      Resource: `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/${NAMES.TableName}`,
    },
  });
  for (let i = 0; i < 4; i++) {
    const version = { PolicyArn, PolicyDocument, SetAsDefault: true };
    await bare.clients.iam.send(new CreatePolicyVersionCommand(version));
  }
  await Promise.all([1, 2, 3].map(() => bare.setUp(REQUEST)));
  expect((await bare.plan(REQUEST)).changes.every(({ apply }) => apply === undefined)).toBe(true);
});

test('a policy that another makes meanwhile for its own table is left to it', async () => {
  const plan = await bare.plan(REQUEST);
  const parameters = { ...NAMES, KeyAlias: 'alias/other', TableName: 'other' };
  await bare.setUp({ parameters });
  await expect(plan.apply()).rejects.toMatchObject({ code: 'ERR_POLICY_TAKEN' });
  expect((await bare.plan({ parameters })).changes.every(({ apply }) => !apply)).toBe(true);
});

test('a run that waits for another, which died after it made the table, goes on by itself', async () => {
  const second = await bare.plan(REQUEST);
  bare.aws.inject({ action: 'kms:CreateKey', error: 'KMSInvalidStateException' });
  await expect(bare.setUp(REQUEST)).rejects.toMatchObject({ code: 'ERR_KEY_UNAVAILABLE' });
  bare.aws.clearFaults();
  await second.apply();
  expect(await state()).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
});

test('what AWS does not find yet is asked for again', async () => {
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
  expect(await state()).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
});

test('what was made is known when a call fails', async () => {
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

test('the keys of others, whose policies lock them, are passed over', async () => {
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
  await expect(bare.setUp(another)).rejects.toMatchObject({ code: 'ERR_ACCESS_DENIED' });
  expect(
    bare
      .takeCalls()
      .filter((call) => !isReading(call))
      .at(-1),
  ).not.toBe('kms:CreateKey');
});
