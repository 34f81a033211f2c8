import { isDeepStrictEqual } from 'node:util';

import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  paginateQuery,
  paginateScan,
  PutItemCommand,
  QueryCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

import { awsError } from '../aws/errors.js';
import type { SealedItem } from '../format/item.js';
import type { SecretEntry, SecretStore } from './secret-store.js';

type Attributes = Record<string, AttributeValue>;

/** Secrets in the DynamoDB table of Python credstash: hash key `name`, range key `version`. */
export class DynamoDbStore implements SecretStore {
  /** @param table The table's name or ARN. */
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async latest(name: string): Promise<SealedItem | undefined> {
    const command = new QueryCommand({ ...this.queryOf(name), Limit: 1 });
    const { Items } = await this.attempt(() => this.client.send(command));
    return Items?.[0] && sealedItem(Items[0]);
  }

  async get(name: string, version: string): Promise<SealedItem | undefined> {
    const item = await this.attributes(name, version);
    return item && sealedItem(item);
  }

  putIfAbsent(item: SealedItem): Promise<boolean> {
    const texts = Object.entries(item) as [string, string][];
    return this.putAttributes(Object.fromEntries(texts.map(([name, S]) => [name, { S }])));
  }

  async versions(name: string, limit?: number): Promise<string[]> {
    const query = {
      ...this.queryOf(name),
      Select: 'SPECIFIC_ATTRIBUTES' as const,
      ProjectionExpression: '#name, #version',
      ExpressionAttributeNames: { '#name': 'name', '#version': 'version' },
    };
    if (limit !== undefined) {
      const command = new QueryCommand({ ...query, Limit: limit });
      const { Items = [] } = await this.attempt(() => this.client.send(command));
      return Items.map((item) => text(item, 'version'));
    }
    const versions: string[] = [];
    for await (const item of this.items(() => paginateQuery({ client: this.client }, query))) {
      versions.push(text(item, 'version'));
    }
    return versions;
  }

  async *scan(): AsyncIterable<SealedItem> {
    const input = { TableName: this.table, ConsistentRead: true };
    for await (const item of this.items(() => paginateScan({ client: this.client }, input))) {
      yield sealedItem(item);
    }
  }

  async *entries(): AsyncIterable<SecretEntry> {
    const input = {
      TableName: this.table,
      ConsistentRead: true,
      Select: 'SPECIFIC_ATTRIBUTES' as const,
      ProjectionExpression: '#name, #version, #comment',
      ExpressionAttributeNames: { '#name': 'name', '#version': 'version', '#comment': 'comment' },
    };
    for await (const item of this.items(() => paginateScan({ client: this.client }, input))) {
      yield { name: text(item, 'name'), version: text(item, 'version'), ...comment(item) };
    }
  }

  async delete(name: string, version: string): Promise<void> {
    const command = new DeleteItemCommand({
      TableName: this.table,
      Key: { name: { S: name }, version: { S: version } },
    });
    await this.attempt(() => this.client.send(command));
  }

  async moveVersion(name: string, from: string, to: string): Promise<boolean> {
    const original = await this.attributes(name, from);
    if (!original) return false;
    const copy = { ...original, version: { S: to } };
    await this.putAttributes(copy);
    if (!isDeepStrictEqual(await this.attributes(name, to), copy)) return false;
    await this.delete(name, from);
    return true;
  }

  private async attributes(name: string, version: string): Promise<Attributes | undefined> {
    const command = new GetItemCommand({
      TableName: this.table,
      Key: { name: { S: name }, version: { S: version } },
      ConsistentRead: true,
    });
    return (await this.attempt(() => this.client.send(command))).Item;
  }

  private async putAttributes(item: Attributes): Promise<boolean> {
    const command = new PutItemCommand({
      TableName: this.table,
      Item: item,
      // Its own item, when the answer to an earlier try was lost: no two have the same data key.
      ConditionExpression: 'attribute_not_exists(#name) OR #key = :key',
      ExpressionAttributeNames: { '#name': 'name', '#key': 'key' },
      ExpressionAttributeValues: { ':key': item.key ?? { S: '' } },
    });
    return this.attempt(async () => {
      try {
        await this.client.send(command);
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    });
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

  private async *items(
    pages: () => AsyncIterable<{ Items?: Attributes[] | undefined }>,
  ): AsyncIterable<Attributes> {
    const iterator = pages()[Symbol.asyncIterator]();
    for (;;) {
      const page = await this.attempt(() => iterator.next());
      if (page.done) return;
      yield* page.value.Items ?? [];
    }
  }

  private async attempt<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (cause) {
      throw await awsError(cause, {
        service: 'DynamoDB',
        resource: this.table,
        describe: (detail) => `DynamoDB error ${detail}`,
        region: () => this.client.config.region(),
      });
    }
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
  };
}

function comment(item: Attributes): { comment?: string } {
  const comment = text(item, 'comment');
  return comment === '' ? {} : { comment };
}

/** A text attribute. Python 3 and unicreds store `hmac` as Binary, whose bytes are the text. */
function text(item: Attributes, attribute: string): string {
  const value = item[attribute];
  return value?.S ?? (value?.B ? Buffer.from(value.B).toString('latin1') : '');
}
