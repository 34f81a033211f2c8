import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type PointInTimeRecoverySpecification,
} from '@aws-sdk/client-dynamodb';

import { call, isAnswer } from './calls.js';
import { applyChange, checkProperties, type Change, type Planner } from './change.js';
import { step, type Context } from './context.js';
import { describeTable, ExistingTable, type WantedTable } from './existing-table.js';
import { awsTags, tagNotes } from './tags.js';
import type { Properties } from './template.js';

/** A table no older than this may be of a run that is still at work. */
const OTHERS_MS = 60_000;

/** Plans `AWS::DynamoDB::GlobalTable`, of one region. */
export function tablePlanner(context: Context): Planner {
  return (properties) => planTable(context, wantedTable(context, properties));
}

function wantedTable(
  { partition, region, account }: Context,
  { Replicas, ...properties }: Properties,
): WantedTable {
  checkProperties(properties, ['AttributeDefinitions', 'BillingMode', 'KeySchema', 'TableName']);
  const [replica = {}] = Replicas as Properties[];
  checkProperties(replica, [
    'DeletionProtectionEnabled',
    'PointInTimeRecoverySpecification',
    'Region',
  ]);
  const input = properties as unknown as CreateTableCommandInput;
  const recovery = replica.PointInTimeRecoverySpecification as PointInTimeRecoverySpecification;
  const name = input.TableName ?? '';
  return {
    name,
    arn: `arn:${partition}:dynamodb:${region}:${account}:table/${name}`,
    input,
    isProtected: replica.DeletionProtectionEnabled === true,
    isRecoverable: recovery.PointInTimeRecoveryEnabled === true,
  };
}

async function planTable(context: Context, wanted: WantedTable): Promise<Change> {
  const { name, arn } = wanted;
  const existing = new ExistingTable(context, wanted);
  const table = await describeTable(context, wanted);
  if (table) {
    const age = Date.now() - (table.CreationDateTime?.getTime() ?? 0);
    if (age < OTHERS_MS) context.othersAtWork = true;
    // Of a table that is being made, nothing else can be asked.
    if (table.TableStatus !== 'CREATING') return existing.plan(table);
  }
  const physical = { ref: name, arn };
  const apply = async () => {
    if (!table) await createTable(context, wanted);
    return applyChange(await existing.plan(await existing.waitUntilActive()), {});
  };
  const resource = `table ${name}`;
  if (table)
    return { action: 'update', resource, notes: ['wait until it is made'], physical, apply };
  return { action: 'create', resource, notes: tagNotes(context.tags), physical, apply };
}

async function createTable(context: Context, { arn, name, input, isProtected }: WantedTable) {
  const { dynamodb } = context.clients;
  const command = new CreateTableCommand({
    ...input,
    DeletionProtectionEnabled: isProtected,
    ...(Object.keys(context.tags).length > 0 ? { Tags: awsTags(context.tags) } : {}),
  });
  try {
    // The words are those of Python credstash.
    await step(context, 'Creating table...', `table ${name}`, () =>
      call(dynamodb, 'dynamodb:CreateTable', arn, () => dynamodb.send(command)),
    );
  } catch (error) {
    if (!isAnswer(error, 'ResourceInUseException')) throw error;
    context.othersAtWork = true;
  }
}
