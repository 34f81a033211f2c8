import { randomUUID } from 'node:crypto';

import type { AttributeValue, DynamoDB } from '@aws-sdk/client-dynamodb';

const IF_NEW = { ConditionExpression: 'attribute_not_exists(contents)' };
const ON_FAILURE = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

const keyOf = (name: string) => ({ name: { S: name }, version: { S: '1' } });
const row = (name: string, contents = 'c') => ({ ...keyOf(name), contents: { S: contents } });

/**
 * What DynamoDB does with several items in one call, and with a condition that fails.
 *
 * @param open Gives a client, and the name of an empty credential table.
 */
export function describeSeveralItems(
  engine: string,
  open: () => Promise<{ dynamodb: DynamoDB; TableName: string }>,
): void {
  describe(`${engine} with several items`, () => {
    let dynamodb: DynamoDB;
    let TableName: string;

    beforeAll(async () => {
      ({ dynamodb, TableName } = await open());
    });

    const stored = async (name: string): Promise<Record<string, AttributeValue> | undefined> =>
      (await dynamodb.getItem({ TableName, Key: keyOf(name) })).Item;

    const existing = async () => {
      const name = randomUUID();
      await dynamodb.putItem({ TableName, Item: row(name) });
      return name;
    };

    test('gives the stored row to a PutItem whose condition fails, only if that asks for it', async () => {
      const name = await existing();
      const put = { TableName, Item: row(name, 'new'), ...IF_NEW };
      await expect(dynamodb.putItem({ ...put, ...ON_FAILURE })).rejects.toMatchObject({
        name: 'ConditionalCheckFailedException',
        Item: row(name),
      });
      const silent = await dynamodb
        .putItem(put)
        .catch((error: unknown) => error as { Item?: object });
      expect(silent).toMatchObject({ name: 'ConditionalCheckFailedException' });
      expect((silent as { Item?: object }).Item).toBeUndefined();
      expect(await stored(name)).toEqual(row(name));
    });

    test('TransactWriteItems writes all', async () => {
      const [updated, deleted, checked] = [await existing(), await existing(), await existing()];
      const put = randomUUID();
      const set = {
        UpdateExpression: 'SET contents = :c',
        ExpressionAttributeValues: { ':c': { S: 'new' } },
      };
      await dynamodb.transactWriteItems({
        TransactItems: [
          { Put: { TableName, Item: row(put), ...IF_NEW } },
          { Update: { TableName, Key: keyOf(updated), ...set } },
          { Delete: { TableName, Key: keyOf(deleted) } },
          {
            ConditionCheck: {
              TableName,
              Key: keyOf(checked),
              ConditionExpression: 'attribute_exists(contents)',
            },
          },
          { ConditionCheck: { TableName, Key: keyOf(randomUUID()), ...IF_NEW } },
        ],
      });
      expect(await Promise.all([put, updated, deleted, checked].map(stored))).toEqual([
        row(put),
        row(updated, 'new'),
        undefined,
        row(checked),
      ]);
    });

    test('TransactWriteItems writes none if the condition of one fails, and says which', async () => {
      const [updated, deleted, taken] = [await existing(), await existing(), await existing()];
      const put = randomUUID();
      const transaction = dynamodb.transactWriteItems({
        TransactItems: [
          { Put: { TableName, Item: row(put) } },
          { Put: { TableName, Item: row(updated, 'new') } },
          { Delete: { TableName, Key: keyOf(deleted) } },
          { ConditionCheck: { TableName, Key: keyOf(taken), ...IF_NEW, ...ON_FAILURE } },
        ],
      });
      await expect(transaction).rejects.toMatchObject({
        name: 'TransactionCanceledException',
        CancellationReasons: [
          { Code: 'None' },
          { Code: 'None' },
          { Code: 'None' },
          { Code: 'ConditionalCheckFailed', Item: row(taken) },
        ],
      });
      expect(await Promise.all([put, updated, deleted, taken].map(stored))).toEqual([
        undefined,
        row(updated),
        row(deleted),
        row(taken),
      ]);
    });

    test('TransactGetItems gives each item in its place', async () => {
      const name = await existing();
      const { Responses } = await dynamodb.transactGetItems({
        TransactItems: [name, randomUUID()].map((each) => ({
          Get: { TableName, Key: keyOf(each) },
        })),
      });
      expect(Responses).toEqual([{ Item: row(name) }, {}]);
    });

    test('BatchWriteItem and BatchGetItem write and read', async () => {
      const [put, deleted] = [randomUUID(), await existing()];
      await dynamodb.batchWriteItem({
        RequestItems: {
          [TableName]: [
            { PutRequest: { Item: row(put) } },
            { DeleteRequest: { Key: keyOf(deleted) } },
          ],
        },
      });
      const { Responses } = await dynamodb.batchGetItem({
        RequestItems: { [TableName]: { Keys: [keyOf(put), keyOf(deleted)] } },
      });
      expect(Responses?.[TableName]).toEqual([row(put)]);
    });
  });
}
