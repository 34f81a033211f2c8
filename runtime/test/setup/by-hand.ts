import {
  CreateTableCommand,
  KeyType,
  ScalarAttributeType,
  type CreateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import { CreatePolicyCommand, CreatePolicyVersionCommand } from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
} from '@aws-sdk/client-kms';

import { ACCOUNT } from '../../../testbed/index.js';
import type { Clients } from '../../src/setup/clients.js';
import { NAMES, policyArn, REGION } from './bare.js';

/**
 * Make a key and its alias, as in the console.
 *
 * @param options.principal Whom the key's policy allows everything.
 * @param options.kind What else is not as KMS makes it by default.
 * @returns The key's ARN.
 */
export async function createKey(
  { kms }: Clients,
  {
    alias = NAMES.KeyAlias,
    principal = `arn:aws:iam::${ACCOUNT}:root`,
    kind = {},
  }: { alias?: string; principal?: string; kind?: CreateKeyCommandInput } = {},
): Promise<string> {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: principal },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Policy, ...kind }));
  const TargetKeyId = KeyMetadata?.Arn ?? '';
  await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId }));
  return TargetKeyId;
}

/** Make the table, as Python credstash does. */
export async function createTable(
  { dynamodb }: Clients,
  {
    names = ['name', 'version'],
    types = ['S', 'S'],
    billing = { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
  }: {
    names?: readonly string[];
    types?: readonly ScalarAttributeType[];
    billing?: Pick<CreateTableCommandInput, 'BillingMode' | 'ProvisionedThroughput'>;
  } = {},
): Promise<void> {
  const KeySchema = names.map((AttributeName, i) => ({
    AttributeName,
    KeyType: i > 0 ? KeyType.RANGE : KeyType.HASH,
  }));
  const AttributeDefinitions = names.map((AttributeName, i) => ({
    AttributeName,
    AttributeType: types[i],
  }));
  const table = { TableName: NAMES.TableName, KeySchema, AttributeDefinitions };
  await dynamodb.send(new CreateTableCommand({ ...table, ...billing }));
}

export const TABLE_ARN = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${NAMES.TableName}`;

/** The text of a policy, which is not that of the template. */
export function policyText(Resource = TABLE_ARN): string {
  const Statement = [{ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource }];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

/** Make a policy of five versions, the first of which is the default. */
export async function createPolicyOfFive(
  { iam }: Clients,
  PolicyName = NAMES.ReadPolicyName,
): Promise<void> {
  await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: policyText() }));
  for (let i = 0; i < 4; i++) {
    const version = { PolicyArn: policyArn(PolicyName), PolicyDocument: policyText() };
    await iam.send(new CreatePolicyVersionCommand(version));
  }
}
