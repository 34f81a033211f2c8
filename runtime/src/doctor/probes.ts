import { PutItemCommand, ScanCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';

import { awsError, type AwsCall } from '../aws/errors.js';
import type { CredstashError } from '../errors.js';
import type { EncryptionContext } from '../operations/input.js';
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
}

/** What a try came to: nothing, if it is allowed, or why not. */
export type Outcome = CredstashError | undefined;

/** Try each call that secrets need, in a way that changes nothing. */
export async function tryCalls(trial: Trial) {
  const store = new DynamoDbStore(trial.dynamodb, trial.table);
  const [query, get, lookUp, scan, put, decrypt, generate] = await Promise.all([
    outcome(store.latest(trial.name)),
    outcome(store.get(trial.name, padVersion(1))),
    outcome(store.versions(trial.name, 1)),
    tryScan(trial),
    tryPut(trial),
    tryDecrypt(trial),
    tryGenerate(trial),
  ]);
  return { query, get, lookUp, scan, put, decrypt, generate };
}

function tryScan({ dynamodb, table }: Trial): Promise<Outcome> {
  const command = new ScanCommand({
    TableName: table,
    Limit: 1,
    Select: 'SPECIFIC_ATTRIBUTES',
    ProjectionExpression: '#name, #version, #comment',
    ExpressionAttributeNames: { '#name': 'name', '#version': 'version', '#comment': 'comment' },
  });
  return tryDynamoDb(dynamodb, table, () => dynamodb.send(command));
}

/** A write on a condition that never holds is refused only after it was allowed. */
function tryPut({ dynamodb, table, name }: Trial): Promise<Outcome> {
  const command = new PutItemCommand({
    TableName: table,
    Item: { name: { S: name }, version: { S: '0' } },
    ConditionExpression: 'attribute_exists(#name) AND attribute_not_exists(#name)',
    ExpressionAttributeNames: { '#name': 'name' },
  });
  return tryDynamoDb(
    dynamodb,
    table,
    () => dynamodb.send(command),
    'ConditionalCheckFailedException',
  );
}

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html */
const DRY_RUN_SUCCEEDS = 'DryRunOperationException';

function tryDecrypt({ kms, key, context }: Trial): Promise<Outcome> {
  const command = new DecryptCommand({
    KeyId: key,
    EncryptionContext: context,
    DryRun: true,
    DryRunModifiers: ['IGNORE_CIPHERTEXT'],
  });
  return tryKms(kms, key, () => kms.send(command));
}

function tryGenerate({ kms, key, context }: Trial): Promise<Outcome> {
  const command = new GenerateDataKeyCommand({
    KeyId: key,
    EncryptionContext: context,
    NumberOfBytes: DATA_KEY_BYTES,
    DryRun: true,
  });
  return tryKms(kms, key, () => kms.send(command));
}

function tryKms(client: KMSClient, resource: string, send: () => Promise<unknown>) {
  return attempt({ service: 'KMS', resource, client }, send, DRY_RUN_SUCCEEDS);
}

function tryDynamoDb(
  client: DynamoDBClient,
  resource: string,
  send: () => Promise<unknown>,
  success?: string,
) {
  return attempt({ service: 'DynamoDB', resource, client }, send, success);
}

async function attempt(
  { client, ...call }: Pick<AwsCall, 'service' | 'resource'> & { client: Client },
  send: () => Promise<unknown>,
  success: string | undefined,
): Promise<Outcome> {
  try {
    await send();
    return undefined;
  } catch (cause) {
    if ((cause as Error).name === success) return undefined;
    const describe = (detail: string) => `${call.service} error ${detail}`;
    return awsError(cause, { ...call, describe, region: () => client.config.region() });
  }
}

interface Client {
  readonly config: { readonly region: () => Promise<string> };
}

async function outcome(work: Promise<unknown>): Promise<Outcome> {
  return work.then(
    () => undefined,
    (error: unknown) => error as CredstashError,
  );
}
