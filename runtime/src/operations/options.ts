import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KMSClient } from '@aws-sdk/client-kms';

import type { CompartmentChoice } from '../compartment.js';
import type { CredstashError } from '../errors.js';
import type { EncryptionContext } from './input.js';
import type { KeyService } from '../keys/kms.js';
import type { PutOptions, PutResult } from './put.js';
import type { OnProgress } from './settle.js';
import type { SecretStore } from '../stores/secret-store.js';

export interface CredstashOptions extends CompartmentChoice {
  /**
   * The AWS region of the table, and of the key.
   *
   * @default - as the AWS SDK finds it: `AWS_REGION`, or the profile
   */
  readonly region?: string | undefined;
  /**
   * The AWS region of the key, if it is not the table's.
   *
   * @default - `region`
   */
  readonly kmsRegion?: string | undefined;
  /**
   * The client of DynamoDB.
   *
   * @default - a client of `region` that retries when throttled
   */
  readonly dynamodb?: DynamoDBClient;
  /**
   * The client of KMS.
   *
   * @default - a client of `kmsRegion` that retries when throttled
   */
  readonly kms?: KMSClient;
  /**
   * Where sealed items are kept.
   *
   * @default - `table`
   */
  readonly store?: SecretStore;
  /**
   * What makes and unwraps data keys.
   *
   * @default - KMS with `key`
   */
  readonly keyService?: KeyService;
  /**
   * Told of what works, but should be mended.
   *
   * @default - warnings are dropped
   */
  readonly onWarning?: (warning: string) => void;
}

export interface ReadOptions {
  /**
   * The encryption context that the secret was put with, exactly.
   *
   * @default - none
   */
  readonly context?: EncryptionContext | undefined;
}

export interface GetOptions extends ReadOptions {
  /**
   * The version to read.
   *
   * @default - the latest
   */
  readonly version?: string | number | undefined;
}

export interface GetAllOptions extends GetOptions {
  /**
   * Which secrets to read: names, and patterns in which `*` stands for any text. Names are read
   * one by one, without a scan.
   *
   * @default - all of them
   */
  readonly names?: readonly string[];
  /**
   * What to do when some secrets can't be read: `reject`, or `skip` them. Being throttled, or cut
   * off, rejects all the same.
   *
   * @default 'reject'
   */
  readonly onFailure?: 'reject' | 'skip';
  /**
   * Told how many secrets are done, of how many.
   *
   * @default - nobody is told
   */
  readonly onProgress?: OnProgress | undefined;
}

export interface PutAllOptions extends PutOptions {
  /**
   * Told of each secret as it is done: what became of it, or why it failed.
   *
   * @default - nobody is told
   */
  readonly onSettled?: ((name: string, outcome: PutResult | CredstashError) => void) | undefined;
}

export interface DeleteOptions {
  /**
   * The version to delete.
   *
   * @default - all of them
   */
  readonly version?: string | number | undefined;
}

export interface MigrateOptions {
  /**
   * Only tell what would be done.
   *
   * @default true
   */
  readonly dryRun?: boolean | undefined;
  /**
   * Told how many versions are done, of how many.
   *
   * @default - nobody is told
   */
  readonly onProgress?: OnProgress | undefined;
}

/** A version that was stored unpadded. */
export interface MigratedVersion {
  readonly name: string;
  /** As it was stored. */
  readonly from: string;
  /** Padded to 19 characters. */
  readonly to: string;
  /** `taken` if the padded version is another item: then nothing is done. */
  readonly outcome: 'planned' | 'moved' | 'taken';
}
