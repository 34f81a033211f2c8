import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { STSClient } from '@aws-sdk/client-sts';

import type { Clients } from '../provision/context.js';
import type { clientConfigs } from './connection.js';

/** The clients of those who set up, and not only use, a compartment. */
export function createClients({
  service,
  kms,
}: Awaited<ReturnType<typeof clientConfigs>>): Clients {
  return {
    dynamodb: new DynamoDBClient(service),
    iam: new IAMClient(service),
    kms: new KMSClient(kms),
    kmsOnce: new KMSClient({ ...kms, maxAttempts: 1 }),
    sts: new STSClient(service),
  };
}
