import { isDeepStrictEqual } from 'node:util';

import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  type AttributeValue,
  type DynamoDBClient,
  type QueryCommandInput,
  type ScanCommandInput,
  type ScanCommandOutput,
} from '@aws-sdk/client-dynamodb';

import { call, isAnswer, type Action } from '../aws/call.js';
import { clientOf, type AwsClient } from '../aws/client.js';
import { checkTimeout } from '../aws/deadline.js';
import type { SealedItem } from '../format/item.js';
import { checkText } from '../format/text.js';
import type { SecretEntry, SecretStore, StoreLimits } from './secret-store.js';

type Attributes = Record<string, AttributeValue>;

/** AWS, "Quotas in Amazon DynamoDB". */
export const LIMITS: StoreLimits = { nameBytes: 2048, versionBytes: 1024, itemBytes: 400 * 1024 };

/** The part of a query or scan that selects what an entry has. */
const ENTRY = {
  Select: 'SPECIFIC_ATTRIBUTES',
  ProjectionExpression: '#name, #version, #comment',
  ExpressionAttributeNames: { '#name': 'name', '#version': 'version', '#comment': 'comment' },
} as const;

/** Secrets in the DynamoDB table of Python credstash: hash key `name`, range key `version`. */
export class DynamoDbStore implements SecretStore {
  readonly limits = LIMITS;

  private readonly client: DynamoDBClient;

  /**
   * @param client A `DynamoDBClient`.
   * @param table The table's name or ARN.
   * @param timeout Milliseconds for a call with all its retries; 30 seconds if undefined.
   * @throws ERR_INVALID_ARGUMENT if the client is not a `DynamoDBClient`, or another is malformed
   */
  constructor(
    client: AwsClient,
    private readonly table: string,
    private readonly timeout?: number,
  ) {
    this.client = clientOf('DynamoDB', client);
    checkText('The table', table);
    if (timeout !== undefined) checkTimeout(timeout);
  }

  async latest(name: string, signal?: AbortSignal): Promise<SealedItem | undefined> {
    const command = new QueryCommand({ ...this.queryOf(name), Limit: 1 });
    const { Items } = await this.call('dynamodb:Query', signal, (options) =>
      this.client.send(command, options),
    );
    return Items?.[0] && sealedItem(Items[0]);
  }

  async get(name: string, version: string, signal?: AbortSignal): Promise<SealedItem | undefined> {
    const item = await this.attributes(name, version, signal);
    return item && sealedItem(item);
  }

  putIfAbsent(item: SealedItem, signal?: AbortSignal): Promise<boolean> {
    const strings = Object.entries(item) as [string, string][];
    const attributes = Object.fromEntries(strings.map(([name, S]) => [name, { S }]));
    return this.putAttributes(attributes, signal);
  }

  async versions(name: string, limit?: number, signal?: AbortSignal): Promise<string[]> {
    const query = {
      ...this.queryOf(name),
      Select: 'SPECIFIC_ATTRIBUTES' as const,
      ProjectionExpression: '#name, #version',
      ExpressionAttributeNames: { '#name': 'name', '#version': 'version' },
    };
    if (limit !== undefined) {
      const command = new QueryCommand({ ...query, Limit: limit });
      const { Items = [] } = await this.call('dynamodb:Query', signal, (options) =>
        this.client.send(command, options),
      );
      return Items.map((item) => text(item, 'version'));
    }
    const versions: string[] = [];
    for await (const item of this.queryItems(query, signal)) versions.push(text(item, 'version'));
    return versions;
  }

  async *scan(signal?: AbortSignal): AsyncIterable<SealedItem> {
    for await (const item of this.scanItems({}, signal)) yield sealedItem(item);
  }

  async *entries(signal?: AbortSignal): AsyncIterable<SecretEntry> {
    for await (const item of this.scanItems(ENTRY, signal)) yield secretEntry(item);
  }

  async *history(name: string, signal?: AbortSignal): AsyncIterable<SecretEntry> {
    const query = { ...this.queryOf(name), ...ENTRY };
    for await (const item of this.queryItems(query, signal)) yield secretEntry(item);
  }

  async delete(name: string, version: string, signal?: AbortSignal): Promise<void> {
    const command = new DeleteItemCommand({
      TableName: this.table,
      Key: { name: { S: name }, version: { S: version } },
    });
    await this.call('dynamodb:DeleteItem', signal, (options) => this.client.send(command, options));
  }

  async moveVersion(
    name: string,
    from: string,
    to: string,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const original = await this.attributes(name, from, signal);
    if (!original) return false;
    const copy = { ...original, version: { S: to } };
    await this.putAttributes(copy, signal);
    if (!isDeepStrictEqual(await this.attributes(name, to, signal), copy)) return false;
    await this.delete(name, from, signal);
    return true;
  }

  private async attributes(
    name: string,
    version: string,
    signal: AbortSignal | undefined,
  ): Promise<Attributes | undefined> {
    const command = new GetItemCommand({
      TableName: this.table,
      Key: { name: { S: name }, version: { S: version } },
      ConsistentRead: true,
    });
    const { Item } = await this.call('dynamodb:GetItem', signal, (options) =>
      this.client.send(command, options),
    );
    return Item;
  }

  private async putAttributes(item: Attributes, signal: AbortSignal | undefined): Promise<boolean> {
    const command = new PutItemCommand({
      TableName: this.table,
      Item: item,
      // Its own item, when the answer to an earlier try was lost: no two have the same data key.
      ConditionExpression: 'attribute_not_exists(#name) OR #key = :key',
      ExpressionAttributeNames: { '#name': 'name', '#key': 'key' },
      ExpressionAttributeValues: { ':key': item.key ?? { S: '' } },
    });
    try {
      await this.call('dynamodb:PutItem', signal, (options) => this.client.send(command, options));
      return true;
    } catch (error) {
      if (isAnswer(error, 'ConditionalCheckFailedException')) return false;
      throw error;
    }
  }

  private queryOf(name: string) {
    return {
      TableName: this.table,
      KeyConditionExpression: '#name = :name',
      ExpressionAttributeNames: { '#name': 'name' },
      ExpressionAttributeValues: { ':name': { S: name } },
      ScanIndexForward: false,
      ConsistentRead: true,
    };
  }

  private queryItems(
    query: QueryCommandInput,
    signal: AbortSignal | undefined,
  ): AsyncIterable<Attributes> {
    return this.items('dynamodb:Query', signal, (page, options) =>
      this.client.send(new QueryCommand({ ...query, ...page }), options),
    );
  }

  private scanItems(
    projection: Partial<ScanCommandInput>,
    signal: AbortSignal | undefined,
  ): AsyncIterable<Attributes> {
    const input = { TableName: this.table, ConsistentRead: true, ...projection };
    return this.items('dynamodb:Scan', signal, (page, options) =>
      this.client.send(new ScanCommand({ ...input, ...page }), options),
    );
  }

  /** The items of all pages. Not the SDK's paginator: a page that failed can't be asked for again. */
  private async *items(
    action: Action,
    signal: AbortSignal | undefined,
    send: (
      page: Pick<ScanCommandInput, 'ExclusiveStartKey'>,
      options: { abortSignal: AbortSignal },
    ) => Promise<Pick<ScanCommandOutput, 'Items' | 'LastEvaluatedKey'>>,
  ): AsyncIterable<Attributes> {
    let ExclusiveStartKey: Attributes | undefined;
    do {
      const page = { ExclusiveStartKey };
      const answer = await this.call(action, signal, (options) => send(page, options));
      yield* answer.Items ?? [];
      ExclusiveStartKey = answer.LastEvaluatedKey;
    } while (ExclusiveStartKey);
  }

  private call<T>(
    action: Action,
    signal: AbortSignal | undefined,
    send: (options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    return call(this.client, action, this.table, send, { signal, timeout: this.timeout });
  }
}

function sealedItem(item: Attributes): SealedItem {
  return {
    name: text(item, 'name'),
    version: text(item, 'version'),
    key: text(item, 'key'),
    contents: text(item, 'contents'),
    hmac: text(item, 'hmac'),
    digest: item.digest === undefined ? 'SHA256' : text(item, 'digest'),
    ...comment(item),
    ...(item.binding === undefined ? {} : { binding: text(item, 'binding') }),
  };
}

function secretEntry(item: Attributes): SecretEntry {
  return { name: text(item, 'name'), version: text(item, 'version'), ...comment(item) };
}

function comment(item: Attributes): { comment?: string } {
  const comment = text(item, 'comment');
  return comment === '' ? {} : { comment };
}

/** A string attribute. Python 3 and unicreds store `hmac` as Binary, whose bytes are the string. */
function text(item: Attributes, attribute: string): string {
  const value = item[attribute];
  return value?.S ?? (value?.B ? Buffer.from(value.B).toString('latin1') : '');
}
