import { PutItemCommand, ScanCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';

import { call, isAnswer, type Action } from '../aws/call.js';
import type { AwsClient } from '../aws/client.js';
import { inOrderTo } from '../aws/refusal.js';
import type { CredstashError } from '../errors.js';
import { boundContext } from '../format/binding.js';
import type { EncryptionContext } from '../format/encryption-context.js';
import { DATA_KEY_BYTES } from '../format/seal.js';
import { DynamoDbStore } from '../stores/dynamodb.js';
import { padVersion } from '../format/version.js';

/** What is tried, and where. */
export interface Trial {
  readonly dynamodb: DynamoDBClient;
  readonly kms: KMSClient;
  readonly table: string;
  readonly key: string;
  /** The secret that would be read or written. There need not be one. */
  readonly name: string;
  readonly context: EncryptionContext;
  /** Milliseconds for a call with all its retries; 30 seconds if undefined. */
  readonly timeout?: number | undefined;
}

/** What a try came to: nothing, if it is allowed, or why not. */
export type Outcome = CredstashError | undefined;

/** Where a version is needed. */
const VERSION = padVersion(1);

/** Try each call that secrets need, in a way that changes nothing. */
export async function tryCalls(trial: Trial) {
  const store = new DynamoDbStore(trial.dynamodb, trial.table, trial.timeout);
  const [query, get, lookUp, scan, put, opening, sealing] = await Promise.all([
    outcome(store.latest(trial.name)),
    outcome(store.get(trial.name, VERSION)),
    outcome(inOrderTo('write', store.versions(trial.name, 1))),
    tryScan(trial),
    tryPut(trial),
    boundOrNot(trial, tryDecrypt),
    boundOrNot(trial, tryGenerate),
  ]);
  return {
    ...{ query, get, lookUp, scan, put },
    decrypt: opening.outcome,
    generate: sealing.outcome,
    bindsNames: opening.isBound || sealing.isBound,
  };
}

function tryScan({ dynamodb, table, timeout }: Trial): Promise<Outcome> {
  const command = new ScanCommand({
    TableName: table,
    Limit: 1,
    Select: 'SPECIFIC_ATTRIBUTES',
    ProjectionExpression: '#name, #version, #comment',
    ExpressionAttributeNames: { '#name': 'name', '#version': 'version', '#comment': 'comment' },
  });
  const scan = (options: object) => dynamodb.send(command, options);
  return attempt(dynamodb, 'dynamodb:Scan', table, scan, timeout);
}

/** A write on a condition that never holds is refused only after it was allowed. */
function tryPut({ dynamodb, table, name, timeout }: Trial): Promise<Outcome> {
  const command = new PutItemCommand({
    TableName: table,
    Item: { name: { S: name }, version: { S: '0' } },
    ConditionExpression: 'attribute_exists(#name) AND attribute_not_exists(#name)',
    ExpressionAttributeNames: { '#name': 'name' },
  });
  const put = (options: object) => dynamodb.send(command, options);
  const success = 'ConditionalCheckFailedException';
  return attempt(dynamodb, 'dynamodb:PutItem', table, put, timeout, success);
}

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html */
const DRY_RUN_SUCCEEDS = 'DryRunOperationException';

/**
 * Try a call on the key. Where the compartment binds names, KMS refuses what has no name and version:
 * then try with them.
 */
async function boundOrNot(
  trial: Trial,
  tryKey: (trial: Trial) => Promise<Outcome>,
): Promise<{ outcome: Outcome; isBound: boolean }> {
  const first = await tryKey(trial);
  const context = boundContext(trial.context, { name: trial.name, version: VERSION });
  if (first?.code !== 'ERR_ACCESS_DENIED' || !context) return { outcome: first, isBound: false };
  const second = await tryKey({ ...trial, context });
  return { outcome: second, isBound: second === undefined };
}

function tryDecrypt({ kms, key, context, timeout }: Trial): Promise<Outcome> {
  const command = new DecryptCommand({
    KeyId: key,
    EncryptionContext: context,
    DryRun: true,
    DryRunModifiers: ['IGNORE_CIPHERTEXT'],
  });
  const decrypt = (options: object) => kms.send(command, options);
  return attempt(kms, 'kms:Decrypt', key, decrypt, timeout, DRY_RUN_SUCCEEDS);
}

function tryGenerate({ kms, key, context, timeout }: Trial): Promise<Outcome> {
  const command = new GenerateDataKeyCommand({
    KeyId: key,
    EncryptionContext: context,
    NumberOfBytes: DATA_KEY_BYTES,
    DryRun: true,
  });
  const generate = (options: object) => kms.send(command, options);
  return attempt(kms, 'kms:GenerateDataKey', key, generate, timeout, DRY_RUN_SUCCEEDS);
}

/** @param success The error that AWS answers with when the call is allowed, if it is one. */
async function attempt(
  client: Pick<AwsClient, 'config'>,
  action: Action,
  resource: string,
  send: (options: object) => Promise<unknown>,
  timeout: number | undefined,
  success?: string,
): Promise<Outcome> {
  const refused = await outcome(call(client, action, resource, send, { timeout }));
  const isAllowed = refused && success !== undefined && isAnswer(refused, success);
  return isAllowed ? undefined : refused;
}

async function outcome(work: Promise<unknown>): Promise<Outcome> {
  return work.then(
    () => undefined,
    (error: unknown) => error as CredstashError,
  );
}
