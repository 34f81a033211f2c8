import {
  CreateTableCommand,
  DynamoDBClient,
  UpdateContinuousBackupsCommand,
  waitUntilTableExists,
  type CreateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  EnableKeyRotationCommand,
  KMSClient,
} from '@aws-sdk/client-kms';

import { ACCOUNT } from './service';
import { resolve, type Physical, type Properties, type Template } from './template';

/** Where a template is applied, and as whom. */
export interface Target {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * Make each resource of a template, those it refers to first.
 *
 * @returns What was made, by logical id.
 */
export async function applyTemplate(
  template: Template,
  target: Target,
): Promise<Map<string, Physical>> {
  const makers = resourceMakers(target);
  const pseudo = {
    'AWS::AccountId': ACCOUNT,
    'AWS::Partition': 'aws',
    'AWS::Region': target.region,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const made = new Map<string, Promise<Physical>>();
  const make = (logicalId: string): Promise<Physical> => {
    const known = made.get(logicalId);
    if (known) return known;
    const resource = template.Resources[logicalId];
    const maker = makers[resource?.Type ?? ''];
    if (!resource || !maker) throw new Error(`Can't make ${logicalId}, a ${resource?.Type}`);
    const physical = resolve(resource.Properties ?? {}, pseudo, make).then((properties) =>
      maker(properties as Properties, logicalId),
    );
    made.set(logicalId, physical);
    return physical;
  };
  await Promise.all(Object.keys(template.Resources).map(make));
  const pairs = [...made].map(async ([id, physical]) => [id, await physical] as const);
  return new Map(await Promise.all(pairs));
}

type Maker = (properties: Properties, logicalId: string) => Promise<Physical>;

function resourceMakers(target: Target): Readonly<Record<string, Maker>> {
  const kms = new KMSClient(target);
  const dynamodb = new DynamoDBClient(target);
  const iam = new IAMClient(target);

  return {
    'AWS::KMS::Key': async ({ Description, EnableKeyRotation, KeyPolicy }) => {
      const { KeyMetadata } = await kms.send(
        new CreateKeyCommand({
          Description: Description as string,
          Policy: JSON.stringify(KeyPolicy),
        }),
      );
      const { KeyId = '', Arn = '' } = KeyMetadata ?? {};
      if (EnableKeyRotation) await kms.send(new EnableKeyRotationCommand({ KeyId }));
      return { ref: KeyId, arn: Arn };
    },

    'AWS::KMS::Alias': async ({ AliasName, TargetKeyId }) => {
      const [alias, target_] = [AliasName as string, TargetKeyId as string];
      await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: target_ }));
      return { ref: alias, arn: alias };
    },

    'AWS::DynamoDB::GlobalTable': async ({ Replicas, ...properties }) => {
      const input = properties as unknown as CreateTableCommandInput;
      const [replica = {}] = Replicas as Properties[];
      const { TableDescription } = await dynamodb.send(
        new CreateTableCommand({
          ...input,
          DeletionProtectionEnabled: replica.DeletionProtectionEnabled as boolean,
        }),
      );
      const { TableName } = input;
      await waitUntilTableExists({ client: dynamodb, maxWaitTime: 60, minDelay: 1 }, { TableName });
      await dynamodb.send(
        new UpdateContinuousBackupsCommand({
          TableName,
          PointInTimeRecoverySpecification: replica.PointInTimeRecoverySpecification as {
            PointInTimeRecoveryEnabled: boolean;
          },
        }),
      );
      return { ref: TableName ?? '', arn: TableDescription?.TableArn ?? '' };
    },

    'AWS::IAM::ManagedPolicy': async ({ Description, ManagedPolicyName, PolicyDocument }) => {
      const { Policy } = await iam.send(
        new CreatePolicyCommand({
          Description: Description as string,
          PolicyName: ManagedPolicyName as string,
          PolicyDocument: JSON.stringify(PolicyDocument),
        }),
      );
      const arn = Policy?.Arn ?? '';
      return { ref: arn, arn };
    },

    'AWS::IAM::Role': async (properties, logicalId) => {
      const RoleName = (properties.RoleName as string | undefined) ?? logicalId;
      const AssumeRolePolicyDocument = JSON.stringify(properties.AssumeRolePolicyDocument);
      const { Role } = await iam.send(
        new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }),
      );
      for (const PolicyArn of (properties.ManagedPolicyArns ?? []) as string[]) {
        await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
      }
      return { ref: RoleName, arn: Role?.Arn ?? '' };
    },

    'AWS::IAM::Policy': async ({ PolicyName, PolicyDocument, Roles }) => {
      const name = PolicyName as string;
      for (const RoleName of Roles as string[]) {
        const document = JSON.stringify(PolicyDocument);
        await iam.send(
          new PutRolePolicyCommand({ RoleName, PolicyName: name, PolicyDocument: document }),
        );
      }
      return { ref: name, arn: name };
    },
  };
}
