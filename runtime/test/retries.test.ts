import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';

import { clientConfig } from '../src/aws/client.js';
import { Credstash } from '../src/index.js';
import { Secrets } from './secrets.js';

const secrets = Secrets.prepare();

/** Clients as the library makes them when it is given none. */
function connect(): Credstash {
  const config = clientConfig(secrets.test_.target);
  return new Credstash({ dynamodb: new DynamoDBClient(config), kms: new KMSClient(config) });
}

describe('retries', () => {
  test('read all of 200 secrets while 30 % of the answers are errors or throttled', async () => {
    const values = Array.from({ length: 200 }, (_, i): [string, string] => [`s${i}`, `v${i}`]);
    await secrets.credstash.putAll(new Map(values));
    for (const error of ['ThrottlingException', 'InternalFailure', 'KeyUnavailableException']) {
      secrets.test_.aws.inject({ action: 'kms:Decrypt', error, when: () => Math.random() < 0.1 });
    }
    expect((await connect().getAll()).size).toBe(200);
  });

  test.each(['TransactionConflictException', 'ReplicatedWriteConflictException'])(
    'repeat a put that DynamoDB answers with %s',
    async (error) => {
      secrets.test_.aws.inject({ action: 'dynamodb:PutItem', error, times: 2 });
      await connect().put('a', 'v');
      expect(await secrets.credstash.get('a')).toBe('v');
    },
  );

  test('go on after an outage that failed many calls of the same client', async () => {
    await secrets.credstash.put('a', 'v');
    const credstash = connect();
    const unknown = { action: 'dynamodb:Query', error: 'InternalFailure' };
    secrets.test_.aws.inject(unknown);
    const attempts = Array.from({ length: 30 }, () =>
      credstash.get('a', { signal: AbortSignal.timeout(1500) }).catch(() => undefined),
    );
    await Promise.all(attempts);
    secrets.test_.aws.clearFaults();

    for (let i = 0; i < 20; i++) {
      secrets.test_.aws.inject({ ...unknown, times: 1 });
      expect(await credstash.get('a')).toBe('v');
    }
  });

  test('are not made of a quota that is used up', async () => {
    const error = 'LimitExceededException';
    secrets.test_.aws.inject({ action: 'dynamodb:Query', error });
    secrets.test_.takeCalls();
    await expect(connect().get('a')).rejects.toMatchObject({ code: 'ERR_QUOTA' });
    expect(secrets.test_.takeCalls()).toHaveLength(1);
  });

  test('end where the error is the caller’s', async () => {
    secrets.test_.aws.inject({ action: 'dynamodb:Query', error: 'ValidationException' });
    secrets.test_.takeCalls();
    await expect(connect().get('a')).rejects.toMatchObject({ code: 'ERR_AWS' });
    expect(secrets.test_.takeCalls()).toEqual(['dynamodb:Query']);
  });
});
