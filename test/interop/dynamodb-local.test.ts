import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';

import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { tryCalls } from '../../runtime/src/doctor/probes.js';
import { DynamoDbStore } from '../../runtime/src/stores/dynamodb.js';
import { describeStore } from '../../runtime/test/stores/contract';
import { startDynamoDbLocal } from './dynamodb-local';
import { connection, createTable, dynamodb, kms } from './peers';

let server: ChildProcess;
let local: DynamoDBClient;

beforeAll(async () => {
  const started = await startDynamoDbLocal();
  server = started.server;
  local = new DynamoDBClient(connection(started.endpoint));
});
afterAll(() => server.kill('SIGKILL'));

const emptyStore = async (client: DynamoDBClient) =>
  new DynamoDbStore(client, await createTable(randomUUID(), client));

describeStore('DynamoDB Local', () => emptyStore(local));
describeStore('moto', () => emptyStore(dynamodb));

test('tryCalls, which doctor uses, succeeds on DynamoDB Local and changes nothing', async () => {
  const table = await createTable(randomUUID(), local);
  const trial = { dynamodb: local, kms, table, key: 'alias/none', name: 'foo', context: {} };
  const { query, lookUp, scan, put } = await tryCalls(trial);
  expect({ query, lookUp, scan, put }).toEqual({});
  const { Count } = await local.send(new ScanCommand({ TableName: table }));
  expect(Count).toBe(0);
});
