import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbStore } from '../../runtime/src/store/dynamodb.js';
import { describeStore } from '../../runtime/test/store/contract';
import { startDynamoDbLocal } from './dynamodb-local';
import { connection, createTable, dynamodb } from './peers';

let server: ChildProcess;
let local: DynamoDBClient;

beforeAll(async () => {
  const started = await startDynamoDbLocal();
  server = started.server;
  local = new DynamoDBClient(connection(started.endpoint));
});
afterAll(() => server.kill());

const emptyStore = async (client: DynamoDBClient) =>
  new DynamoDbStore(client, await createTable(randomUUID(), client));

describeStore('DynamoDB Local', () => emptyStore(local));
describeStore('moto', () => emptyStore(dynamodb));
