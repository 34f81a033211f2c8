import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';

import { CredstashError } from '../errors.js';
import { call, eventually, unless } from './calls.js';
import { changeOfExisting, type Change, type Shortfall } from './change.js';
import { step, type Context } from './context.js';
import { awsTags, tagShortfalls, type Tags } from './tags.js';

/** What the template says of a table. */
export interface WantedTable {
  readonly name: string;
  readonly arn: string;
  readonly input: CreateTableCommandInput;
  /** From deletion. */
  readonly isProtected: boolean;
  /** To any point in time. */
  readonly isRecoverable: boolean;
}

const PATIENCE_MS = 300_000;
const INTERVAL_MS = 1000;

/** The table, if there is one. */
export async function describeTable(
  { clients: { dynamodb } }: Context,
  { arn, name }: WantedTable,
): Promise<TableDescription | undefined> {
  const command = new DescribeTableCommand({ TableName: name });
  const answer = await unless(
    'ResourceNotFoundException',
    call(dynamodb, 'dynamodb:DescribeTable', arn, () => dynamodb.send(command)),
  );
  return answer && (answer.Table ?? {});
}

/** A table that exists, and may fall short. */
export class ExistingTable {
  private readonly label: string;

  constructor(
    private readonly context: Context,
    private readonly wanted: WantedTable,
  ) {
    this.label = `table ${wanted.name}`;
  }

  /** @throws ERR_TABLE_UNSUITABLE if no secrets can be kept in it */
  async plan(table: TableDescription): Promise<Change> {
    const { name, arn, input } = this.wanted;
    this.checkFit(table);
    const billing = table.BillingModeSummary?.BillingMode ?? 'PROVISIONED';
    const kept = billing === input.BillingMode ? [] : [`its billing, ${billing}, is kept`];
    const shortfalls = await this.shortfalls(table);
    return changeOfExisting(this.label, { ref: name, arn }, shortfalls, kept);
  }

  async waitUntilActive(): Promise<TableDescription> {
    // The words are those of Python credstash.
    this.context.tell('Waiting for table to be created...');
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const table = await describeTable(this.context, this.wanted);
      if (table?.TableStatus === 'ACTIVE') return table;
      if (Date.now() > end) throw this.unsuitable('it is not active yet. Run this again later');
      await setTimeout(INTERVAL_MS);
    }
  }

  private checkFit({ TableStatus, KeySchema, AttributeDefinitions }: TableDescription): void {
    const primaryKey = (keys = KeySchema, attributes = AttributeDefinitions) =>
      keys?.map(({ AttributeName, KeyType }) => ({
        name: AttributeName,
        key: KeyType,
        type: attributes?.find((each) => each.AttributeName === AttributeName)?.AttributeType,
      }));
    const { input } = this.wanted;
    if (!isDeepStrictEqual(primaryKey(), primaryKey(input.KeySchema, input.AttributeDefinitions))) {
      throw this.unsuitable(
        'its primary key is not name and version, two strings. Give another name with --table',
      );
    }
    if (!['ACTIVE', 'UPDATING'].includes(String(TableStatus))) {
      throw this.unsuitable(`it is ${TableStatus}. Run this again when it is not`);
    }
  }

  private unsuitable(reason: string): CredstashError {
    const where = `${this.wanted.name} in ${this.context.region}`;
    const message = `The table ${where} can't hold secrets: ${reason}.`;
    return new CredstashError('ERR_TABLE_UNSUITABLE', message);
  }

  private async shortfalls(table: TableDescription): Promise<Shortfall[]> {
    const { isProtected, isRecoverable } = this.wanted;
    const shortfalls: Shortfall[] = [];
    if (isRecoverable && !(await this.isRecoverable())) {
      const mend = () => this.makeRecoverable();
      shortfalls.push({ note: 'turn point-in-time recovery on', mend });
    }
    if (isProtected && !table.DeletionProtectionEnabled) {
      shortfalls.push({ note: 'turn deletion protection on', mend: () => this.protect() });
    }
    const untagged = await tagShortfalls(
      this.context.tags,
      () => this.tags(),
      (missing) => this.tag(missing),
    );
    return [...shortfalls, ...untagged];
  }

  private async isRecoverable(): Promise<boolean> {
    const command = new DescribeContinuousBackupsCommand({ TableName: this.wanted.name });
    const answer = await this.call('DescribeContinuousBackups', (client) => client.send(command));
    const { PointInTimeRecoveryDescription } = answer.ContinuousBackupsDescription ?? {};
    return PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED';
  }

  private makeRecoverable() {
    const command = new UpdateContinuousBackupsCommand({
      TableName: this.wanted.name,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    const made = `point-in-time recovery of the ${this.label}`;
    return step(this.context, 'Turning point-in-time recovery on...', made, () =>
      // A table that was only just made may not be ready for it.
      eventually(
        'ContinuousBackupsUnavailableException',
        () => this.call('UpdateContinuousBackups', (client) => client.send(command)),
        PATIENCE_MS,
      ),
    );
  }

  private protect() {
    const command = new UpdateTableCommand({
      TableName: this.wanted.name,
      DeletionProtectionEnabled: true,
    });
    const made = `deletion protection of the ${this.label}`;
    return step(this.context, 'Turning deletion protection on...', made, () =>
      this.whenNotInUse('UpdateTable', (client) => client.send(command)),
    );
  }

  private async tags(): Promise<Tags> {
    const tags: Record<string, string> = {};
    let NextToken: string | undefined;
    do {
      const command = new ListTagsOfResourceCommand({ ResourceArn: this.wanted.arn, NextToken });
      const page = await this.call('ListTagsOfResource', (client) => client.send(command));
      for (const { Key = '', Value = '' } of page.Tags ?? []) tags[Key] = Value;
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    return tags;
  }

  private tag(tags: Tags) {
    const command = new TagResourceCommand({ ResourceArn: this.wanted.arn, Tags: awsTags(tags) });
    return step(this.context, 'Adding tags...', `tags of the ${this.label}`, () =>
      this.whenNotInUse('TagResource', (client) => client.send(command)),
    );
  }

  /** Two changes of a table can't be made at a time. */
  private whenNotInUse<T>(operation: string, send: (client: DynamoDBClient) => Promise<T>) {
    return eventually('ResourceInUseException', () => this.call(operation, send), PATIENCE_MS);
  }

  private call<T>(operation: string, send: (client: DynamoDBClient) => Promise<T>) {
    const { dynamodb } = this.context.clients;
    return call(dynamodb, `dynamodb:${operation}`, this.wanted.arn, () => send(dynamodb));
  }
}
