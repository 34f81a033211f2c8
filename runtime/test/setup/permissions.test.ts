import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';

import { ACCOUNT } from '../../../testbed/index.js';
import { CredstashError } from '../../src/index.js';
import { BareAws, NAMES } from './bare.js';
import { createKey, createPolicyOfFive, createTable } from './by-hand.js';

interface Statement {
  readonly Action: string;
  readonly Resource: string | string[];
}

const SETTER = 'setter';
const REQUEST = { readers: ['web'], tags: { team: 'blue' } };

let bare: BareAws;

beforeEach(async () => {
  bare = await BareAws.start();
  const AssumeRolePolicyDocument = JSON.stringify({
    Statement: {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    },
  });
  for (const RoleName of [SETTER, 'web']) {
    await bare.clients.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  }
});
afterEach(() => bare.aws.stop());

const allow = (statements: readonly Statement[]) =>
  bare.clients.iam.send(
    new PutRolePolicyCommand({
      RoleName: SETTER,
      PolicyName: 'setup',
      PolicyDocument: JSON.stringify({ Statement: statements }),
    }),
  );

/** What there is before. */
const SCENARIOS: Record<string, () => Promise<void>> = {
  'an account with the key of another compartment': async () => {
    await createKey(bare.clients, { alias: 'alias/other' });
  },

  'an account with a table, a key and policies made by hand': async () => {
    await createKey(bare.clients);
    await createTable(bare.clients, { billing: { BillingMode: 'PAY_PER_REQUEST' } });
    await createPolicyOfFive(bare.clients, NAMES.ReadPolicyName);
    await createPolicyOfFive(bare.clients, NAMES.WritePolicyName);
  },
};

/**
 * Set up as a role that is given each statement that it is told it lacks.
 *
 * @param between Happens between the plan and its execution.
 * @returns Those statements.
 */
async function learn(
  given: readonly Statement[] = [],
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Statement[]> {
  const learned: Statement[] = [];
  for (;;) {
    await allow([...given, ...learned]);
    try {
      const plan = await bare.plan(REQUEST, await bare.clientsOf(SETTER));
      await between();
      await plan.apply();
      return learned;
    } catch (error) {
      if (!(error instanceof CredstashError) || error.code !== 'ERR_ACCESS_DENIED') throw error;
      const [, json = ''] = /This statement would allow it: (.*)$/.exec(error.message) ?? [];
      const statement = JSON.parse(json) as Statement;
      // One that was given already did not allow it.
      expect(learned).not.toContainEqual(statement);
      learned.push(statement);
    }
  }
}

const learnedActions = new Set<string>();

test.each(Object.entries(SCENARIOS))(
  'setup prints a sufficient statement for each missing permission: %s',
  async (_, before) => {
    await before();
    const learned = await learn();
    expect(learned.length).toBeGreaterThan(10);
    for (const { Action } of learned) learnedActions.add(Action);
    // No statement is for everything, but where KMS knows no ARN.
    const everywhere = learned.filter(({ Resource }) => Resource === '*');
    expect(['kms:CreateKey', 'kms:PutKeyPolicy', 'kms:TagResource', 'tag:GetResources']).toEqual(
      expect.arrayContaining(everywhere.map(({ Action }) => Action)),
    );
  },
);

test('setup prints the statement to delete the key of a run that came second', async () => {
  const given = ['dynamodb:*', 'iam:*', 'kms:Create*', 'kms:Describe*', 'kms:Get*', 'kms:List*'];
  const ofKey = ['kms:TagResource', 'kms:PutKeyPolicy', 'kms:EnableKeyRotation'];
  const allowed = [...given, ...ofKey, 'tag:GetResources'];
  const statements = allowed.map((Action) => ({ Effect: 'Allow', Action, Resource: '*' }));
  const learned = await learn(statements, () => createKey(bare.clients).catch(() => undefined));
  expect(learned.map(({ Action }) => Action)).toEqual(['kms:ScheduleKeyDeletion']);
  learnedActions.add('kms:ScheduleKeyDeletion');
});

test('docs/iam.md lists every permission of setup, and no other', () => {
  const text = readFileSync(join(__dirname, '../../../docs/iam.md'), 'utf8');
  const [, section = ''] = text.split('## What `setup` and `doctor` need');
  const [table = ''] = /^\| actions[^]*?\n\n/m.exec(section) ?? [];
  const documented = new Set(Array.from(table.matchAll(/`(\w+:\w+)`/g), ([, action]) => action));
  expect([...documented].sort()).toEqual([...learnedActions].sort());
});
