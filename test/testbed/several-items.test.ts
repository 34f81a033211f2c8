import { DynamoDB } from '@aws-sdk/client-dynamodb';

import { standardCompartment, startSynthesized } from '../../testbed/synthesized-aws';
import type { TestAws } from '../../testbed/test-aws';
import { describeSeveralItems } from './several-items-contract';

let test_: TestAws;

beforeAll(async () => {
  test_ = await startSynthesized((stack) => void standardCompartment(stack));
});
afterAll(() => test_.aws.stop());

describeSeveralItems('The testbed', () =>
  Promise.resolve({ dynamodb: new DynamoDB(test_.target), TableName: 'credential-store' }),
);

test('a transaction is alone: of many that put the same item if it is new, one succeeds', async () => {
  const dynamodb = new DynamoDB(test_.target);
  const put = () => {
    const Item = { name: { S: 'raced' }, version: { S: '1' } };
    const Put = {
      TableName: 'credential-store',
      Item,
      ConditionExpression: 'attribute_not_exists(version)',
    };
    return dynamodb.transactWriteItems({ TransactItems: [{ Put }] });
  };
  const results = await Promise.allSettled(Array.from({ length: 8 }, put));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});
