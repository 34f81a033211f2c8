import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';

import { DynamoDB, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { tryCalls } from '../../runtime/src/doctor/probes.js';
import { DynamoDbStore } from '../../runtime/src/stores/dynamodb.js';
import { describeStore } from '../../runtime/test/stores/contract';
import { describeSeveralItems } from '../testbed/several-items-contract';
import { startDynamoDbLocal } from './dynamodb-local';
import { connection, createTable, dynamodb, kms } from './peers';

let server: ChildProcess;
let endpoint: string;
let local: DynamoDBClient;

beforeAll(async () => {
  ({ server, endpoint } = await startDynamoDbLocal());
  local = new DynamoDBClient(connection(endpoint));
});
afterAll(() => server.kill('SIGKILL'));

const emptyStore = async (client: DynamoDBClient) =>
  new DynamoDbStore(client, await createTable(randomUUID(), client));

describeStore('DynamoDB Local', () => emptyStore(local));
describeStore('moto', () => emptyStore(dynamodb));

describeSeveralItems('DynamoDB Local', async () => ({
  dynamodb: new DynamoDB(connection(endpoint)),
  TableName: await createTable(randomUUID(), local),
}));
describeSeveralItems('moto', async () => ({
  dynamodb: new DynamoDB(connection()),
  TableName: await createTable(randomUUID()),
}));

test('tryCalls, which doctor uses, succeeds on DynamoDB Local and changes nothing', async () => {
  const table = await createTable(randomUUID(), local);
  const trial = { dynamodb: local, kms, table, key: 'alias/none', name: 'foo', context: {} };
  const { query, lookUp, scan, put } = await tryCalls(trial);
  expect({ query, lookUp, scan, put }).toEqual({});
  const { Count } = await local.send(new ScanCommand({ TableName: table }));
  expect(Count).toBe(0);
});
