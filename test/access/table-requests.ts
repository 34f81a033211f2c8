import { randomUUID } from 'node:crypto';

import type {
  PutItemCommandInput,
  QueryCommandInput,
  ScanCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';

import { item, V1 } from './compartments';
import type { Caller, Requests } from './matrix';

/** A secret with a name that is granted, and one with another. */
export const MINE = 'app/secret';
export const THEIRS = 'other/secret';
const ALL_OLD = { ReturnValues: 'ALL_OLD' } as const;
const ON_FAILURE = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
const IF_NEW = { ConditionExpression: 'attribute_not_exists(hmac)' };
const IF_GUESSED = { ':guess': { S: 'guess' } };

const keyOf = (name: string) => ({ name: { S: name }, version: { S: V1 } });
const newName = () => `app/${randomUUID()}`;

function query(
  { dynamodb, TableName }: Caller,
  more: Partial<QueryCommandInput> = {},
  name = MINE,
) {
  return dynamodb.query({
    TableName,
    KeyConditionExpression: '#n = :n',
    ...more,
    ExpressionAttributeNames: { '#n': 'name', ...more.ExpressionAttributeNames },
    ExpressionAttributeValues: { ':n': { S: name }, ...more.ExpressionAttributeValues },
  });
}

/** As before there were expressions. */
function queryOfOld({ dynamodb, TableName }: Caller, AttributesToGet: string[]) {
  const name = { AttributeValueList: [{ S: MINE }], ComparisonOperator: 'EQ' as const };
  return dynamodb.query({ TableName, KeyConditions: { name }, AttributesToGet });
}

function scan({ dynamodb, TableName }: Caller, more: Partial<ScanCommandInput> = {}) {
  return dynamodb.scan({ TableName, ...more });
}

function put(
  { dynamodb, TableName }: Caller,
  name: string,
  more: Partial<PutItemCommandInput> = {},
) {
  return dynamodb.putItem({ TableName, Item: item(name, V1), ...more });
}

function update(
  { dynamodb, TableName }: Caller,
  attribute: 'key' | 'contents',
  { name = newName(), ...more }: Partial<UpdateItemCommandInput> & { name?: string } = {},
) {
  return dynamodb.updateItem({
    TableName,
    Key: keyOf(name),
    UpdateExpression: 'SET #a = :v',
    ...more,
    ExpressionAttributeNames: { '#a': attribute },
    ExpressionAttributeValues: { ':v': { S: 'new' }, ...more.ExpressionAttributeValues },
  });
}

/** Whoever asks for the row when the condition fails is given it, or nothing is worth asserting. */
async function rowOf(failing: Promise<unknown>): Promise<void> {
  const error = (await failing.then(
    () => undefined,
    (reason: unknown) => reason,
  )) as { name?: string; Item?: object; CancellationReasons?: { Item?: object }[] } | undefined;
  if (error?.name === 'AccessDeniedException') throw error as Error;
  const row = error?.Item ?? error?.CancellationReasons?.[0]?.Item;
  expect(row).toMatchObject({ contents: { S: 'ciphertext' } });
}

const versions = {
  ProjectionExpression: '#n, #v',
  ExpressionAttributeNames: { '#n': 'name', '#v': 'version' },
};
const specific = { Select: 'SPECIFIC_ATTRIBUTES' } as const;
const guessed = { FilterExpression: 'contents = :guess', ExpressionAttributeValues: IF_GUESSED };

const partiql =
  (statement: (table: string) => string, ...values: string[]) =>
  ({ dynamodb, TableName }: Caller) =>
    dynamodb.executeStatement({
      Statement: statement(`"${TableName}"`),
      Parameters: values.map((S) => ({ S })),
    });

/** Requests to the table that the holder of any credentials can send. */
export const TABLE_REQUESTS: Requests = {
  GetItem: ({ dynamodb, TableName }) => dynamodb.getItem({ TableName, Key: keyOf(MINE) }),
  'GetItem, another name': ({ dynamodb, TableName }) =>
    dynamodb.getItem({ TableName, Key: keyOf(THEIRS) }),
  'GetItem, name and version': ({ dynamodb, TableName }) =>
    dynamodb.getItem({ TableName, Key: keyOf(MINE), ...versions }),
  Query: (caller) => query(caller),
  'Query, another name': (caller) => query(caller, {}, THEIRS),
  'Query, ALL_ATTRIBUTES': (caller) => query(caller, { Select: 'ALL_ATTRIBUTES' }),
  'Query, ALL_PROJECTED_ATTRIBUTES': (caller) =>
    query(caller, { Select: 'ALL_PROJECTED_ATTRIBUTES' }),
  'Query, COUNT': (caller) => query(caller, { Select: 'COUNT' }),
  'Query, COUNT where contents = a guess': (caller) =>
    query(caller, { Select: 'COUNT', ...guessed }),
  'Query, SPECIFIC_ATTRIBUTES, none named': (caller) => query(caller, specific),
  'Query, versions': (caller) => query(caller, { ...versions, ...specific }),
  'Query, versions of another name': (caller) =>
    query(caller, { ...versions, ...specific }, THEIRS),
  'Query, versions, without Select': (caller) => query(caller, versions),
  'Query, versions, by AttributesToGet': (caller) => queryOfOld(caller, ['name', 'version']),
  'Query, versions and comments': (caller) =>
    query(caller, {
      ...specific,
      ProjectionExpression: '#n, #v, #c',
      ExpressionAttributeNames: { ...versions.ExpressionAttributeNames, '#c': 'comment' },
    }),
  'Query, versions where contents = a guess': (caller) =>
    query(caller, { ...versions, ...specific, ...guessed }),
  'Query, contents': (caller) =>
    query(caller, { ...specific, ProjectionExpression: '#n, contents' }),
  'Query, contents by AttributesToGet': (caller) => queryOfOld(caller, ['name', 'contents']),
  Scan: (caller) => scan(caller),
  'Scan, COUNT': (caller) => scan(caller, { Select: 'COUNT' }),
  'Scan, names, versions and comments': (caller) =>
    scan(caller, {
      ...specific,
      ProjectionExpression: '#n, #v, #c',
      ExpressionAttributeNames: { ...versions.ExpressionAttributeNames, '#c': 'comment' },
    }),
  'Scan, names where contents = a guess': (caller) =>
    scan(caller, { ...versions, ...specific, ...guessed }),
  BatchGetItem: ({ dynamodb, TableName }) =>
    dynamodb.batchGetItem({ RequestItems: { [TableName]: { Keys: [keyOf(MINE)] } } }),
  TransactGetItems: ({ dynamodb, TableName }) =>
    dynamodb.transactGetItems({ TransactItems: [{ Get: { TableName, Key: keyOf(MINE) } }] }),
  'TransactGetItems, another name': ({ dynamodb, TableName }) =>
    dynamodb.transactGetItems({
      TransactItems: [MINE, THEIRS].map((name) => ({ Get: { TableName, Key: keyOf(name) } })),
    }),
  'PutItem, a new version': (caller) => put(caller, newName(), IF_NEW),
  'PutItem, another name': (caller) => put(caller, `other/${randomUUID()}`, IF_NEW),
  'PutItem, over a version': (caller) => put(caller, 'app/overwritten'),
  'PutItem, ALL_OLD': (caller) => put(caller, 'app/overwritten', ALL_OLD),
  'PutItem, ALL_OLD on failure': (caller) => rowOf(put(caller, MINE, { ...IF_NEW, ...ON_FAILURE })),
  'PutItem, ALL_OLD on failure, another name': (caller) =>
    rowOf(put(caller, THEIRS, { ...IF_NEW, ...ON_FAILURE })),
  'UpdateItem, the data key': (caller) => update(caller, 'key'),
  'UpdateItem, the data key of another name': (caller) =>
    update(caller, 'key', { name: 'other/updated' }),
  'UpdateItem, the data key, ALL_OLD': (caller) => update(caller, 'key', ALL_OLD),
  'UpdateItem, the data key, if contents match': (caller) =>
    rowOf(
      update(caller, 'key', {
        name: MINE,
        ConditionExpression: 'contents = :guess',
        ExpressionAttributeValues: IF_GUESSED,
        ...ON_FAILURE,
      }),
    ),
  'UpdateItem, the contents': (caller) => update(caller, 'contents'),
  DeleteItem: ({ dynamodb, TableName }) =>
    dynamodb.deleteItem({ TableName, Key: keyOf(newName()) }),
  'DeleteItem, another name': ({ dynamodb, TableName }) =>
    dynamodb.deleteItem({ TableName, Key: keyOf('other/deleted') }),
  'DeleteItem, ALL_OLD': ({ dynamodb, TableName }) =>
    dynamodb.deleteItem({ TableName, Key: keyOf(newName()), ...ALL_OLD }),
  'DeleteItem, ALL_OLD on failure': ({ dynamodb, TableName }) =>
    rowOf(dynamodb.deleteItem({ TableName, Key: keyOf(MINE), ...IF_NEW, ...ON_FAILURE })),
  'BatchWriteItem, put': ({ dynamodb, TableName }) =>
    dynamodb.batchWriteItem({
      RequestItems: { [TableName]: [{ PutRequest: { Item: item(newName(), V1) } }] },
    }),
  'BatchWriteItem, delete': ({ dynamodb, TableName }) =>
    dynamodb.batchWriteItem({
      RequestItems: { [TableName]: [{ DeleteRequest: { Key: keyOf(newName()) } }] },
    }),
  'TransactWriteItems, Put': ({ dynamodb, TableName }) =>
    dynamodb.transactWriteItems({
      TransactItems: [{ Put: { TableName, Item: item(newName(), V1) } }],
    }),
  'TransactWriteItems, Put, ALL_OLD on failure': ({ dynamodb, TableName }) =>
    rowOf(
      dynamodb.transactWriteItems({
        TransactItems: [{ Put: { TableName, Item: item(MINE, V1), ...IF_NEW, ...ON_FAILURE } }],
      }),
    ),
  'TransactWriteItems, Update of the data key': ({ dynamodb, TableName }) =>
    dynamodb.transactWriteItems({
      TransactItems: [
        {
          Update: {
            TableName,
            Key: keyOf(newName()),
            UpdateExpression: 'SET #a = :v',
            ExpressionAttributeNames: { '#a': 'key' },
            ExpressionAttributeValues: { ':v': { S: 'new' } },
          },
        },
      ],
    }),
  'TransactWriteItems, Delete': ({ dynamodb, TableName }) =>
    dynamodb.transactWriteItems({
      TransactItems: [{ Delete: { TableName, Key: keyOf(newName()) } }],
    }),
  'TransactWriteItems, ConditionCheck': ({ dynamodb, TableName }) =>
    rowOf(
      dynamodb.transactWriteItems({
        TransactItems: [
          {
            ConditionCheck: {
              TableName,
              Key: keyOf(MINE),
              ConditionExpression: 'attribute_not_exists(hmac)',
              ...ON_FAILURE,
            },
          },
        ],
      }),
    ),
  'PartiQL SELECT': partiql((table) => `SELECT * FROM ${table} WHERE "name" = ?`, MINE),
  'PartiQL INSERT': partiql(
    (table) => `INSERT INTO ${table} VALUE {'name': ?, 'version': ?}`,
    MINE,
    V1,
  ),
  'PartiQL UPDATE': partiql(
    (table) =>
      `UPDATE ${table} SET contents = ? WHERE "name" = ? AND "version" = ? RETURNING ALL OLD *`,
    'x',
    MINE,
    V1,
  ),
  'PartiQL DELETE': partiql(
    (table) => `DELETE FROM ${table} WHERE "name" = ? AND "version" = ? RETURNING ALL OLD *`,
    MINE,
    V1,
  ),
  PutResourcePolicy: async ({ dynamodb }, { owner, tableArn: ResourceArn }) => {
    const { Policy } = await owner.dynamodb.getResourcePolicy({ ResourceArn });
    return dynamodb.putResourcePolicy({ ResourceArn, Policy });
  },
  UpdateTable: ({ dynamodb, TableName }) =>
    dynamodb.updateTable({ TableName, DeletionProtectionEnabled: true }),
};
