import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { IAM } from '@aws-sdk/client-iam';
import { KMS, type KMSClientConfig } from '@aws-sdk/client-kms';
import { ResourceGroupsTaggingAPI } from '@aws-sdk/client-resource-groups-tagging-api';
import { STS } from '@aws-sdk/client-sts';

import { refuseForeignAnswers } from '../aws/foreign-answer.js';
import { CallRetryStrategy, isTurnedAway } from '../aws/retry.js';

/** The services that replicas of tables and keys are in, too. */
interface RegionalClients {
  readonly dynamodb: DynamoDB;
  readonly kms: KMS;
}

export interface Clients extends RegionalClients {
  readonly iam: IAM;
  /** Retries only what AWS did not look at: a second CreateKey would create a second key. */
  readonly kmsOnce: KMS;
  readonly sts: STS;
  /** The index of all tags, in the region of the key. */
  readonly tagging: ResourceGroupsTaggingAPI;
  readonly inRegion: (region: string) => RegionalClients;
}

type Config = Pick<
  KMSClientConfig,
  'credentials' | 'endpoint' | 'logger' | 'maxAttempts' | 'profile' | 'region' | 'retryMode'
>;

/** @param ofKey The configuration for KMS: the key may be in another region. */
export function createClients(service: Config, ofKey = service): Clients {
  const sts = refuseForeignAnswers(new STS(service));
  // Credentials are found once, for all.
  const { credentials } = sts.config;
  const [table, key] = [
    { ...service, credentials },
    { ...ofKey, credentials },
  ];
  return {
    dynamodb: refuseForeignAnswers(new DynamoDB(table)),
    iam: refuseForeignAnswers(new IAM(table)),
    kms: refuseForeignAnswers(new KMS(key)),
    kmsOnce: refuseForeignAnswers(
      new KMS({ ...key, retryStrategy: new CallRetryStrategy(isTurnedAway) }),
    ),
    sts,
    tagging: refuseForeignAnswers(new ResourceGroupsTaggingAPI(key)),
    inRegion: (region) => ({
      dynamodb: refuseForeignAnswers(new DynamoDB({ ...table, region })),
      kms: refuseForeignAnswers(new KMS({ ...key, region })),
    }),
  };
}

/** Where the resources of a compartment are. */
export interface Place {
  readonly partition: string;
  readonly account: string;
  /** The region of the table. */
  readonly region: string;
  readonly kmsRegion: string;
}

export function arnOf(place: Place, service: 'dynamodb' | 'iam' | 'kms', resource: string): string {
  const region = { dynamodb: place.region, iam: '', kms: place.kmsRegion }[service];
  return `arn:${place.partition}:${service}:${region}:${place.account}:${resource}`;
}

/** The region in an ARN. */
export function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}
