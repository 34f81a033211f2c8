import { setTimeout } from 'node:timers/promises';

import { DescribeKeyCommand } from '@aws-sdk/client-kms';

import { IMPATIENT, NAMES, type BareAws } from './bare.js';
import { createKey, createPolicyOfFive, createTable } from './by-hand.js';
import { keys, OTHERS, REQUEST, startWithRole, state } from './state.js';

/** For the key of another run: it comes sooner, however slow the machine is. */
const PATIENT = { ...IMPATIENT, otherRunMs: 20_000 };

let bare: BareAws;

beforeEach(async () => {
  bare = await startWithRole();
});
afterEach(() => bare.aws.stop());

/** Let no run make the alias until two have made a key. */
function createTwoKeys(): void {
  bare.clients.kms.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const isReady = () =>
          bare.aws.requests.filter(({ call }) => call === 'kms:CreateKey').length === 2;
        while (commandName === 'CreateAliasCommand' && !isReady()) await setTimeout(5);
        return next(args);
      },
    { step: 'initialize' },
  );
}

test('many runs of setup at once create one key and one table, and all succeed', async () => {
  const request = { ...REQUEST, patience: PATIENT };
  await Promise.all(Array.from({ length: 6 }, () => bare.setUp(request)));
  expect(await state(bare)).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
});

test('two runs of setup that each create a key keep one, and say that they delete the other', async () => {
  // With the table there, nothing tells two runs apart until one of them has made the alias.
  await bare.setUp({ parameters: OTHERS });
  bare.takeCalls();
  createTwoKeys();
  const both = await Promise.all([bare.setUp(REQUEST), bare.setUp(REQUEST)]);
  const states = (await keys(bare)).map((key) => key?.KeyState).sort();
  expect(states).toEqual(['Enabled', 'Enabled', 'PendingDeletion']);
  expect(both.flatMap(({ told }) => told).filter((line) => /deleting the key/.test(line))).toEqual([
    expect.stringMatching(/^Another run made alias\/credstash first: deleting the key made here/),
  ]);
  const deletion = bare.aws.requests.find(({ call }) => call === 'kms:ScheduleKeyDeletion');
  expect(deletion?.input).toMatchObject({ PendingWindowInDays: 7 });
  const alias = new DescribeKeyCommand({ KeyId: 'alias/credstash' });
  expect((await bare.clients.kms.send(alias)).KeyMetadata?.KeyState).toBe('Enabled');
});

test('two runs of setup that each create a key say that one stays, where its policy denies its deletion', async () => {
  await bare.setUp({ parameters: OTHERS });
  bare.takeCalls();
  bare.aws.inject({
    action: 'kms:ScheduleKeyDeletion',
    error: 'AccessDeniedException',
    message: 'with an explicit deny in a resource-based policy',
  });
  createTwoKeys();
  const both = await Promise.all([bare.setUp(REQUEST), bare.setUp(REQUEST)]);
  expect(both.flatMap(({ told }) => told)).toContainEqual(
    expect.stringMatching(/^Its policy denies that: arn:aws:kms:.* stays, unused\./),
  );
  expect(await state(bare)).toMatchObject({ secret: 'bar' });
});

test("setup doesn't delete its key when another run gave it the alias", async () => {
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
  expect(await state(bare)).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
});

test.each(['iam:GetPolicy', 'iam:GetPolicyVersion'])(
  'setup looks for the alias again when another run made everything before its %s',
  async (action) => {
    await createTable(bare.clients, { billing: { BillingMode: 'PAY_PER_REQUEST' } });
    const first = bare.newClients();
    let isSecondDone = false;
    first.iam.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (`iam:${commandName}` === `${action}Command` && !isSecondDone) {
            isSecondDone = true;
            await bare.setUp(REQUEST);
          }
          return next(args);
        },
      { step: 'initialize' },
    );
    if (action === 'iam:GetPolicyVersion') await createPolicyOfFive(bare.clients);
    const { plan } = await bare.setUp(REQUEST, first);
    expect(isSecondDone).toBe(true);
    expect(plan.slice(1)).toEqual([
      'unchanged key of alias/credstash',
      'unchanged alias alias/credstash',
      'unchanged policy credstash-read-secrets',
      'unchanged policy credstash-write-secrets',
      'unchanged attachment of credstash-read-secrets to web',
    ]);
    expect(await state(bare)).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
  },
);

test('setup waits for the key of a run that is creating the table', async () => {
  bare.aws.dynamodb.createTableMs = 1000;
  const request = { ...REQUEST, patience: PATIENT };
  const first = bare.setUp(request);
  while (!bare.aws.requests.some(({ call }) => call === 'dynamodb:CreateTable'))
    await setTimeout(5);
  const second = await bare.setUp(request);
  expect(second.plan[0]).toBe('update table credential-store: wait until it is made');
  await first;
  expect(await state(bare)).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
});

test('three runs of setup that replace policies of five versions all succeed', async () => {
  await createKey(bare.clients);
  await createPolicyOfFive(bare.clients);
  await Promise.all([1, 2, 3].map(() => bare.setUp(REQUEST)));
  expect((await bare.plan(REQUEST)).changes.every(({ apply }) => apply === undefined)).toBe(true);
});

test('setup leaves a policy alone that another run creates meanwhile for its own table', async () => {
  const plan = await bare.plan(REQUEST);
  const parameters = { ...NAMES, KeyAlias: 'alias/other', TableName: 'other' };
  await bare.setUp({ parameters });
  await expect(plan.apply()).rejects.toMatchObject({ code: 'ERR_POLICY_TAKEN' });
  expect((await bare.plan({ parameters })).changes.every(({ apply }) => !apply)).toBe(true);
});

test('setup goes on by itself when the run that it waits for has died', async () => {
  const second = await bare.plan(REQUEST);
  bare.aws.inject({ action: 'kms:CreateKey', error: 'KMSInvalidStateException' });
  await expect(bare.setUp(REQUEST)).rejects.toMatchObject({ code: 'ERR_KEY_UNAVAILABLE' });
  bare.aws.clearFaults();
  await second.apply();
  expect(await state(bare)).toMatchObject({ keys: ['Enabled'], secret: 'bar' });
});
