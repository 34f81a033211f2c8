import { randomUUID } from 'node:crypto';

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

import { DEV, item, PROD, V1, V2, type Compartments, type Context } from './compartments';
import type { Caller, Requests } from './matrix';

const MINE = 'app/secret';
const THEIRS = 'other/secret';

/** Store the rows that the requests are about. */
export async function storeRows(compartment: Compartments): Promise<void> {
  const wrapped = (name: string, context: Context) =>
    compartment.wrapped(compartment.contextOf(name, V1, context));
  const [mine, theirs] = [await wrapped(MINE, PROD), await wrapped(THEIRS, PROD)];
  await compartment.store(MINE, V1, mine);
  await compartment.store(THEIRS, V1, theirs);
  await compartment.store('app/dev', V1, await wrapped('app/dev', DEV));
  await compartment.store('app/unbound', V1, await compartment.wrapped(PROD));
  await compartment.store('app/copied', V1, theirs);
  await compartment.store('app/replayed', V1, await wrapped('app/replayed', PROD));
  await compartment.store('app/replayed', V2, await wrapped('app/replayed', PROD));
}

type Row = Record<string, AttributeValue> | undefined;

/** Open the data key of a row, as what the row says it is. */
async function open(row: Row, { kms }: Caller, compartment: Compartments, context: Context) {
  const [name = '', version = '', key = ''] = ['name', 'version', 'key'].map(
    (each) => row?.[each]?.S,
  );
  const isUnbound = name === 'app/unbound';
  return kms.decrypt({
    CiphertextBlob: Buffer.from(key, 'base64'),
    EncryptionContext: isUnbound ? context : compartment.contextOf(name, version, context),
  });
}

const get =
  (name: string, context = PROD) =>
  async (caller: Caller, compartment: Compartments) =>
    open((await latest(caller, name)).Items?.[0], caller, compartment, context);

function latest({ dynamodb, TableName }: Caller, name: string, more = {}) {
  return dynamodb.query({
    TableName,
    KeyConditionExpression: '#n = :n',
    ScanIndexForward: false,
    Limit: 1,
    ...more,
    ExpressionAttributeNames: { '#n': 'name', ...('ProjectionExpression' in more ? VERSION : {}) },
    ExpressionAttributeValues: { ':n': { S: name } },
  });
}

const VERSION = { '#v': 'version' };

/** As `put -a` and `delete` look for versions. */
function versions(caller: Caller, name: string) {
  return latest(caller, name, {
    Select: 'SPECIFIC_ATTRIBUTES',
    ProjectionExpression: '#n, #v',
  });
}

async function put(
  { dynamodb, kms, TableName, KeyId }: Caller,
  compartment: Compartments,
  { name = `app/${randomUUID()}`, context = PROD, isOver = false },
) {
  const { CiphertextBlob } = await kms.generateDataKey({
    KeyId,
    NumberOfBytes: 64,
    EncryptionContext: compartment.contextOf(name, V1, context),
  });
  return dynamodb.putItem({
    TableName,
    Item: item(name, V1, CiphertextBlob),
    ...(isOver ? {} : { ConditionExpression: 'attribute_not_exists(hmac)' }),
  });
}

/** Be given a row by a put that fails, and open it. */
async function openByPut(name: string, caller: Caller, compartment: Compartments) {
  const { dynamodb, TableName } = caller;
  const failing = dynamodb.putItem({
    TableName,
    Item: item(name, V1),
    ConditionExpression: 'attribute_not_exists(hmac)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const row = await failing.then(
    () => undefined,
    (error: unknown) => {
      if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
      return (error as { Item?: Row }).Item;
    },
  );
  return open(row, caller, compartment, PROD);
}

async function rewrap(name: string, caller: Caller, compartment: Compartments) {
  const { dynamodb, kms, TableName, KeyId } = caller;
  const { Items: [row] = [] } = await latest(caller, name);
  const context = compartment.contextOf(name, V1, PROD);
  const { CiphertextBlob = new Uint8Array() } = await kms.reEncrypt({
    CiphertextBlob: Buffer.from(row?.key?.S ?? '', 'base64'),
    SourceEncryptionContext: context,
    DestinationKeyId: KeyId,
    DestinationEncryptionContext: context,
  });
  return dynamodb.updateItem({
    TableName,
    Key: { name: { S: name }, version: { S: V1 } },
    UpdateExpression: 'SET #k = :new',
    ConditionExpression: 'attribute_exists(#k)',
    ExpressionAttributeNames: { '#k': 'key' },
    ExpressionAttributeValues: { ':new': { S: Buffer.from(CiphertextBlob).toString('base64') } },
  });
}

/** The verbs of the library, in the calls that each makes, and what an attacker makes of them. */
export const VERB_REQUESTS: Requests = {
  get: get(MINE),
  'get -v': async (caller, compartment) => {
    const { dynamodb, TableName } = caller;
    const Key = { name: { S: MINE }, version: { S: V1 } };
    const { Item } = await dynamodb.getItem({ TableName, Key });
    return open(Item, caller, compartment, PROD);
  },
  'get, another name': get(THEIRS),
  'get, another context': get('app/dev', DEV),
  'get, a row that is not bound': get('app/unbound'),
  'get, a row copied from another name': get('app/copied'),
  'get, an old version replayed as the latest': get('app/replayed'),
  getall: async (caller, compartment) => {
    const { Items = [] } = await caller.dynamodb.scan({ TableName: caller.TableName });
    return open(
      Items.find(({ name }) => name?.S === MINE),
      caller,
      compartment,
      PROD,
    );
  },
  list: ({ dynamodb, TableName }) =>
    dynamodb.scan({
      TableName,
      Select: 'SPECIFIC_ATTRIBUTES',
      ProjectionExpression: '#n, #v, #c',
      ExpressionAttributeNames: { '#n': 'name', '#v': 'version', '#c': 'comment' },
    }),
  put: (caller, compartment) => put(caller, compartment, {}),
  'put, another name': (caller, compartment) =>
    put(caller, compartment, { name: `other/${randomUUID()}` }),
  'put, another context': (caller, compartment) => put(caller, compartment, { context: DEV }),
  'put -a': async (caller, compartment) => {
    await versions(caller, MINE);
    return put(caller, compartment, {});
  },
  'put over a version': (caller, compartment) =>
    put(caller, compartment, { name: 'app/overwritten', isOver: true }),
  'put over a version of another name': (caller, compartment) =>
    put(caller, compartment, { name: 'other/overwritten', isOver: true }),
  'put that fails, and open the row that it is given': (caller, compartment) =>
    openByPut(MINE, caller, compartment),
  'the same, another name': (caller, compartment) => openByPut(THEIRS, caller, compartment),
  delete: async (caller) => {
    const { dynamodb, TableName } = caller;
    await versions(caller, MINE);
    const Key = { name: { S: `app/${randomUUID()}` }, version: { S: V1 } };
    return dynamodb.deleteItem({ TableName, Key });
  },
  'delete, another name': async (caller) => {
    const { dynamodb, TableName } = caller;
    await versions(caller, THEIRS);
    const Key = { name: { S: `other/${randomUUID()}` }, version: { S: V1 } };
    return dynamodb.deleteItem({ TableName, Key });
  },
  rewrap: (caller, compartment) => rewrap(MINE, caller, compartment),
  'rewrap, another name': (caller, compartment) => rewrap(THEIRS, caller, compartment),
};
