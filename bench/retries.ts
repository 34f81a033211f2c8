import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';

import { CallRetryStrategy } from '../runtime/src/aws/retry.js';
import { BulkWriteError, Credstash } from '../runtime/src/index.js';
import { TestAws } from '../testbed/test-aws';

/** The strategies that are compared, as a client is configured. */
const STRATEGIES = {
  standard: { retryMode: 'standard', maxAttempts: 3 },
  'standard, 8 attempts': { retryMode: 'standard', maxAttempts: 8 },
  'adaptive, 8 attempts': { retryMode: 'adaptive', maxAttempts: 8 },
  ours: { retryStrategy: new CallRetryStrategy() },
};

const RATES = [0.02, 0.1, 0.3];

/** Time `putAll` of 100 secrets while a share of all answers is throttled. */
async function main(): Promise<void> {
  const { aws, target } = await TestAws.start();
  const faults = [
    { action: 'dynamodb:PutItem', error: 'ProvisionedThroughputExceededException' },
    { action: 'kms:GenerateDataKey', error: 'ThrottlingException' },
  ];
  console.log('| throttled | strategy | seconds | failed |\n| --- | --- | --- | --- |');
  for (const rate of RATES) {
    for (const [name, strategy] of Object.entries(STRATEGIES)) {
      for (const fault of faults) aws.inject({ ...fault, when: () => Math.random() < rate });
      const config = { ...target, ...strategy };
      const credstash = new Credstash({
        dynamodb: new DynamoDBClient(config),
        kms: new KMSClient(config),
      });
      const values = Array.from({ length: 100 }, (_, i) => [`${name} ${rate} ${i}`, 'value']);
      const start = performance.now();
      const failed = await credstash
        .putAll(Object.fromEntries(values) as Record<string, string>)
        .then(
          () => 0,
          (error: unknown) => (error instanceof BulkWriteError ? error.failures.size : NaN),
        );
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`| ${rate * 100} % | ${name} | ${seconds} | ${failed} |`);
      aws.clearFaults();
    }
  }
  await aws.stop();
}

void main();
