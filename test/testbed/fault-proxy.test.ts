import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';

import { FaultProxy, FAULTS, nth, share } from '../../testbed/fault-proxy';
import { TestAws } from '../../testbed/test-aws';

const TableName = 'credential-store';

let test_: TestAws;
beforeAll(async () => {
  test_ = await TestAws.start();
});
afterAll(() => test_.aws.stop());

/** How a caller sees each fault, and whether its call was done. */
const SEEN: Readonly<Record<(typeof FAULTS)[number], [error: RegExp, isDone: boolean]>> = {
  '500': [/InternalFailure/, true],
  '503': [/ServiceUnavailable/, false],
  throttling: [/ThrottlingException/, false],
  'reset before': [/ECONNRESET/, false],
  'reset after': [/ECONNRESET/, true],
  cut: [/ECONNRESET|aborted/, true],
  'not JSON': [/SyntaxError/, false],
  silent: [/AbortError/, true],
  drip: [/AbortError/, true],
};

test.each(FAULTS)(
  'the fault proxy shows %s to the caller of the second call only',
  async (fault) => {
    const proxy = await FaultProxy.start(test_.aws.endpoint, fault, nth(2));
    const dynamodb = new DynamoDBClient({
      ...test_.target,
      endpoint: proxy.endpoint,
      maxAttempts: 1,
    });
    const put = (version: string) =>
      dynamodb.send(
        new PutItemCommand({ TableName, Item: { name: { S: fault }, version: { S: version } } }),
        { abortSignal: AbortSignal.timeout(1500) },
      );
    try {
      await put('1');
      expect(proxy.signal.aborted).toBe(false);
      const error: unknown = await put('2').catch((each: unknown) => each);
      const { name, message, code } = error as NodeJS.ErrnoException;
      const [seen, isDone] = SEEN[fault];
      expect(`${name} ${message} ${code}`).toMatch(seen);
      expect(proxy.signal.aborted).toBe(true);
      await put('3');
      expect(proxy.calls).toEqual(Array(3).fill('DynamoDB_20120810.PutItem'));
      const Key = { name: { S: fault }, version: { S: '2' } };
      const stored = await test_.clients().dynamodb.send(new GetItemCommand({ TableName, Key }));
      expect(stored.Item !== undefined).toBe(isDone);
    } finally {
      proxy.stop();
    }
  },
);

test('share strikes about that share of calls, and the same ones for the same seed', () => {
  const struck = (rate: number, seed: number) => {
    const strikes = share(rate, seed);
    return Array.from({ length: 1000 }, (_, i) => strikes(i + 1));
  };
  const count = struck(0.3, 1).filter(Boolean).length;
  expect(count).toBeGreaterThan(250);
  expect(count).toBeLessThan(350);
  expect(struck(0.3, 1)).toEqual(struck(0.3, 1));
  expect(struck(0.3, 1)).not.toEqual(struck(0.3, 2));
});
