import {
  CreateRoleCommand,
  GetPolicyCommand,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iam';
import { DescribeKeyCommand, ListKeysCommand } from '@aws-sdk/client-kms';

import { ACCOUNT } from '../../../local/index.js';
import { Credstash } from '../../src/index.js';
import { BareAws, isReading, NAMES } from './bare.js';

const ROLE = { RoleName: 'web', AssumeRolePolicyDocument: '{"Statement":[]}' };
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
  const { Keys = [] } = await kms.send(new ListKeysCommand());
  const all = Keys.map(async ({ KeyId }) => {
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
  await bare.setUp({ parameters: { ...NAMES, KeyAlias: 'alias/other' } });
  const both = await Promise.all([bare.setUp(REQUEST), bare.setUp(REQUEST)]);
  const states = (await keys()).map((key) => key?.KeyState).sort();
  expect(states).toEqual(['Enabled', 'Enabled', 'PendingDeletion']);
  expect(both.flatMap(({ told }) => told).filter((line) => /deleting the key/.test(line))).toEqual([
    expect.stringMatching(/^Another run made alias\/credstash first: deleting the key made here/),
  ]);
  const alias = new DescribeKeyCommand({ KeyId: 'alias/credstash' });
  expect((await bare.clients.kms.send(alias)).KeyMetadata?.KeyState).toBe('Enabled');
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
  for (const [action, error] of notYet) bare.aws.inject({ action, error, times: 2 });
  await bare.setUp(REQUEST);
  const calls = bare.takeCalls();
  for (const [action] of notYet) expect(calls.filter((call) => call === action)).toHaveLength(3);
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
  await bare.setUp({ parameters: { ...NAMES, KeyAlias: 'alias/other' } });
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
  const another = { parameters: { ...NAMES, KeyAlias: 'alias/third' } };
  await expect(bare.setUp(another)).rejects.toMatchObject({ code: 'ERR_ACCESS_DENIED' });
  expect(
    bare
      .takeCalls()
      .filter((call) => !isReading(call))
      .at(-1),
  ).not.toBe('kms:CreateKey');
});
