import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { GetPolicyCommand, GetPolicyVersionCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListAliasesCommand,
  ListKeysCommand,
} from '@aws-sdk/client-kms';

import type { connection } from './peers';

/** The names of a compartment's resources. */
export interface Names {
  readonly alias: string;
  readonly table: string;
  readonly policies: readonly string[];
}

/** What a compartment is, property by property, the id of its key put as KEY. */
export async function compartmentState(
  config: ReturnType<typeof connection>,
  names: Names,
): Promise<Record<string, unknown>> {
  const { KeyId, ...key } = await keyState(new KMSClient(config), names.alias);
  const state = {
    ...key,
    ...(await tableState(new DynamoDBClient(config), names.table)),
    ...(await policyStates(new IAMClient(config), names.policies)),
  };
  return JSON.parse(JSON.stringify(state).replaceAll(KeyId, 'KEY')) as Record<string, unknown>;
}

async function keyState(kms: KMSClient, alias: string) {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: alias }));
  const {
    KeyId = '',
    Description,
    KeySpec,
    KeyState,
    KeyUsage,
    MultiRegion,
    Origin,
  } = KeyMetadata ?? {};
  const { KeyRotationEnabled } = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
  const { Policy = '' } = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }));
  const { Aliases = [] } = await kms.send(new ListAliasesCommand({ KeyId }));
  const { Keys = [] } = await kms.send(new ListKeysCommand());
  return {
    KeyId,
    'keys in the account': Keys.length,
    'key: rotation': KeyRotationEnabled,
    'key: policy': JSON.parse(Policy) as unknown,
    'key: description': Description,
    // moto leaves a default out.
    'key: kind': { KeySpec, KeyUsage, MultiRegion: MultiRegion ?? false, Origin },
    'key: state': KeyState,
    'alias: target': Aliases.map(({ AliasName, TargetKeyId }) => ({ AliasName, TargetKeyId })),
  };
}

async function tableState(dynamodb: DynamoDBClient, TableName: string) {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
  const backups = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName }));
  const { PointInTimeRecoveryDescription } = backups.ContinuousBackupsDescription ?? {};
  return {
    'table: key schema': Table?.KeySchema,
    'table: attributes': Table?.AttributeDefinitions,
    'table: billing': Table?.BillingModeSummary?.BillingMode,
    'table: recovery': PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus,
    'table: deletion protection': Table?.DeletionProtectionEnabled,
    'table: encryption': Table?.SSEDescription ?? 'of DynamoDB',
    'table: indexes': Table?.GlobalSecondaryIndexes ?? [],
  };
}

async function policyStates(iam: IAMClient, names: readonly string[]) {
  const state: Record<string, unknown> = {};
  for (const name of names) {
    const PolicyArn = `arn:aws:iam::123456789012:policy/${name}`;
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    const version = { PolicyArn, VersionId: Policy?.DefaultVersionId };
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand(version));
    const document = decodeURIComponent(PolicyVersion?.Document ?? '');
    state[`${name}: document`] = JSON.parse(document) as unknown;
    state[`${name}: version`] = Policy?.DefaultVersionId;
    state[`${name}: description`] = Policy?.Description;
    state[`${name}: path`] = Policy?.Path;
  }
  return state;
}
