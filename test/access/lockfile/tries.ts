import type { Input } from '../../../testbed/service';
import { item, V1 } from '../compartments';

/** A request on an item: its action and parameters, and the transaction that it is part of. */
export type Try = (name: string) => readonly [action: string, input: Input, enclosing?: string];

const keyOf = (name: string) => ({ name: { S: name }, version: { S: V1 } });

const ofName = (name: string) => ({
  KeyConditionExpression: '#n = :n',
  ExpressionAttributeNames: { '#n': 'name', '#k': 'key', '#v': 'version', '#c': 'comment' },
  ExpressionAttributeValues: { ':n': { S: name } },
});

const SEALED = {
  ProjectionExpression: '#n, #v, #k, contents, hmac',
  Select: 'SPECIFIC_ATTRIBUTES',
};
const FAILING = {
  ConditionExpression: 'attribute_not_exists(hmac)',
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
};
const FAILING_ON_KEY = { ...FAILING, ConditionExpression: 'attribute_not_exists(version)' };
const NAMES = {
  ExpressionAttributeNames: { '#n': 'name', '#k': 'key', '#v': 'version', '#c': 'comment' },
};

const scan: Try = () => ['Scan', {}];
const putItem: Try = (name) => ['PutItem', { Item: item(name, V1) }];
const replacement = (name: string) => ({
  Key: keyOf(name),
  UpdateExpression: 'SET #k = :k',
  ...NAMES,
});

/** Requests that answer a sealed item. */
export const FETCH: readonly Try[] = [
  (name) => ['GetItem', { Key: keyOf(name) }],
  (name) => ['GetItem', { Key: keyOf(name) }, 'TransactGetItems'],
  (name) => ['GetItem', { Key: keyOf(name), ...NAMES, ...SEALED }],
  (name) => ['Query', ofName(name)],
  (name) => ['Query', { ...ofName(name), ...SEALED }],
  (name) => ['BatchGetItem', { Keys: [keyOf(name)] }],
  scan,
  () => ['Scan', { ...NAMES, ...SEALED }],
  (name) => ['ConditionCheckItem', { Key: keyOf(name), ...FAILING }, 'TransactWriteItems'],
  (name) => ['ConditionCheckItem', { Key: keyOf(name), ...FAILING_ON_KEY }, 'TransactWriteItems'],
];

/** Requests for the two parts of an item that it takes to open it. */
export const FETCH_PARTS: readonly (readonly Try[])[] = ['#k', 'contents'].map((part) => {
  const its = { Select: 'SPECIFIC_ATTRIBUTES', ProjectionExpression: part };
  return [
    (name) => ['GetItem', { Key: keyOf(name), ...NAMES, ...its }],
    (name) => ['GetItem', { Key: keyOf(name), ...NAMES, ...its }, 'TransactGetItems'],
    (name) => ['Query', { ...ofName(name), ...its }],
    (name) => ['BatchGetItem', { Keys: [keyOf(name)], ...NAMES, ...its }],
    () => ['Scan', { ...NAMES, ...its }],
  ];
});

/** Requests that answer the item which they would change, by themselves or in a transaction. */
export const FETCH_BY_CHANGE: readonly Try[] = [
  (name: string) => ['PutItem', { Item: item(name, V1), ...FAILING }] as const,
  (name: string) => ['PutItem', { Item: item(name, V1), ReturnValues: 'ALL_OLD' }] as const,
  (name: string) => ['DeleteItem', { Key: keyOf(name), ...FAILING }] as const,
  (name: string) => ['DeleteItem', { Key: keyOf(name), ReturnValues: 'ALL_OLD' }] as const,
  (name: string) => {
    const ConditionExpression = 'attribute_not_exists(#k)';
    return ['UpdateItem', { ...replacement(name), ...FAILING, ConditionExpression }] as const;
  },
  (name: string) => ['PutItem', { Item: keyOf(name), ...FAILING_ON_KEY }] as const,
  (name: string) => ['UpdateItem', { Key: keyOf(name), ...FAILING_ON_KEY }] as const,
  (name: string) => ['DeleteItem', { Key: keyOf(name), ...FAILING_ON_KEY }] as const,
].flatMap((each): Try[] => [each, (name) => [...each(name), 'TransactWriteItems']]);

export const LIST: readonly Try[] = [
  scan,
  () => ['Scan', { ...NAMES, ProjectionExpression: '#n, #v, #c', Select: 'SPECIFIC_ATTRIBUTES' }],
  () => ['Scan', { ...NAMES, ProjectionExpression: '#n', Select: 'SPECIFIC_ATTRIBUTES' }],
];

export const PUT: readonly Try[] = [
  putItem,
  (name) => ['PutItem', { Item: item(name, V1) }, 'TransactWriteItems'],
  (name) => ['BatchWriteItem', { Items: [item(name, V1)] }],
  (name) => [
    'UpdateItem',
    { Key: keyOf(name), UpdateExpression: 'SET #k = :k, contents = :c, hmac = :h', ...NAMES },
  ],
];

export const DELETE: readonly Try[] = [
  (name) => ['DeleteItem', { Key: keyOf(name) }],
  (name) => ['DeleteItem', { Key: keyOf(name) }, 'TransactWriteItems'],
  (name) => ['BatchWriteItem', { Keys: [keyOf(name)] }],
];

export const REPLACE_KEY: readonly Try[] = [
  (name) => ['UpdateItem', replacement(name)],
  (name) => ['UpdateItem', replacement(name), 'TransactWriteItems'],
];

export const CONTROL: readonly Try[] = [
  () => ['PutResourcePolicy', {}],
  () => ['DeleteResourcePolicy', {}],
];
