import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type PointInTimeRecoverySpecification,
} from '@aws-sdk/client-dynamodb';

import { call, isAnswer } from './calls.js';
import { applyChange, checkProperties, type Change, type Planner } from './change.js';
import { step, type Context } from './context.js';
import { describeTable, ExistingTable, type WantedTable } from './existing-table.js';
import { awsTags } from './tags.js';
import type { Properties } from './template.js';

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
  if (table) return existing.plan(table);
  const physical = { ref: name, arn };
  const apply = async () => {
    await createTable(context, wanted);
    await existing.waitUntilActive();
    return applyChange(await planTable(context, wanted), {});
  };
  return { action: 'create', resource: `table ${name}`, notes: [], physical, apply };
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
