import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';

import { TestAws } from '../../../testbed/test-aws.js';
import { DynamoDbStore } from '../../src/stores/dynamodb.js';
import { padVersion } from '../../src/format/version.js';
import { describeStore } from './contract.js';

let test_: TestAws;
let dynamodb: DynamoDBClient;
let store: DynamoDbStore;

beforeEach(async () => {
  test_ = await TestAws.start();
  ({ dynamodb } = test_.clients());
  store = new DynamoDbStore(dynamodb, 'credential-store');
});

afterEach(() => test_.aws.stop());

describeStore('DynamoDB', () => Promise.resolve(store));

async function putRaw(attributes: Record<string, AttributeValue>) {
  const Item = { name: { S: 'a' }, version: { S: padVersion(1) }, ...attributes };
  await dynamodb.send(new PutItemCommand({ TableName: 'credential-store', Item }));
}

test('DynamoDbStore reads an hmac stored as Binary, as Python 3 stores it', async () => {
  await putRaw({ hmac: { B: Buffer.from('ab12') }, key: { S: 'a' }, contents: { S: 'c' } });
  expect(await store.latest('a')).toMatchObject({ hmac: 'ab12' });
});

test('DynamoDbStore reads a missing digest as SHA256', async () => {
  await putRaw({ hmac: { S: 'ab12' } });
  expect(await store.latest('a')).toMatchObject({ digest: 'SHA256' });
});

test('DynamoDbStore ignores unknown attributes', async () => {
  await putRaw({ hmac: { S: 'ab12' }, owner: { S: 'team' } });
  expect(await store.latest('a')).not.toHaveProperty('owner');
});

test('DynamoDbStore.moveVersion keeps every attribute of the item', async () => {
  await putRaw({
    version: { S: '4' },
    key: { S: 'k' },
    hmac: { B: Buffer.from('ab') },
    own: { N: '1' },
  });
  expect(await store.moveVersion('a', '4', padVersion(4))).toBe(true);
  const Key = { name: { S: 'a' }, version: { S: padVersion(4) } };
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: 'credential-store', Key }));
  expect(Item).toMatchObject({ hmac: { B: Uint8Array.from(Buffer.from('ab')) }, own: { N: '1' } });
});

test("DynamoDbStore accepts a table's ARN as its name", async () => {
  await putRaw({ hmac: { S: 'ab12' } });
  const arn = 'arn:aws:dynamodb:us-east-1:111122223333:table/credential-store';
  expect(await new DynamoDbStore(dynamodb, arn).latest('a')).toMatchObject({ name: 'a' });
});

test('DynamoDbStore.versions reads every page of a Query', async () => {
  const large = 'A'.repeat(300_000);
  for (let i = 1; i <= 8; i++) {
    await putRaw({ version: { S: padVersion(i) }, contents: { S: large } });
  }
  expect(await store.versions('a')).toHaveLength(8);
});
