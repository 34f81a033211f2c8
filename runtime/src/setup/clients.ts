import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms';
import { STSClient } from '@aws-sdk/client-sts';

import type { Clients } from './context.js';

type Config = Pick<
  KMSClientConfig,
  'credentials' | 'endpoint' | 'logger' | 'maxAttempts' | 'profile' | 'region' | 'retryMode'
>;

/**
 * The clients of those who set up, and not only use, a compartment.
 *
 * @param kms The configuration of those of KMS, whose region may be another.
 */
export function createClients(service: Config, kms = service): Clients {
  return {
    dynamodb: new DynamoDBClient(service),
    iam: new IAMClient(service),
    kms: new KMSClient(kms),
    kmsOnce: new KMSClient({ ...kms, maxAttempts: 1 }),
    sts: new STSClient(service),
  };
}
