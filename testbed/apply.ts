import { DynamoDB, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { IAM } from '@aws-sdk/client-iam';
import { KMS } from '@aws-sdk/client-kms';

import type {
  KeyProperties,
  PolicyProperties,
  TableProperties,
} from '../runtime/src/setup/resources.js';
import { resolve, type Template } from '../runtime/src/setup/template.js';
import { ACCOUNT } from './service';

/** Where a template is applied, and as whom. */
export interface Target {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** @default - the account that has the resources */
  readonly account?: string;
}

/** How a template refers to a resource: by `Ref`, and by its ARN. */
export interface Physical {
  readonly ref: string;
  readonly arn: string;
}

/**
 * Create the resources of a template, as CloudFormation does, in an account that has none of them.
 *
 * @returns what each is, by logical id
 */
export async function applyTemplate(
  { Resources }: Template,
  target: Target,
): Promise<Map<string, Physical>> {
  const create = creators(target);
  const names: Record<string, string> = {
    'AWS::AccountId': target.account ?? ACCOUNT,
    'AWS::Partition': 'aws',
    'AWS::Region': target.region,
  };
  const made = new Map<string, Physical>();
  const make = async (id: string) => {
    const resource = Resources[id];
    if (!resource || made.has(id)) return;
    const { Type, Properties = {} } = resource;
    for (const reference of references(Properties)) await make(reference);
    if (!create[Type]) throw new Error(`The testbed can't create ${id}, a ${Type}`);
    const physical = await create[Type](resolve(Properties, names) as never, id);
    made.set(id, physical);
    names[id] = physical.ref;
    names[`${id}.Arn`] = physical.arn;
  };
  for (const id of Object.keys(Resources)) await make(id);
  return made;
}

/** What a template's value refers to. */
function references(value: object): string[] {
  const reference = /"(?:Ref":|Fn::GetAtt":\[)"([^"]+)"/g;
  return Array.from(JSON.stringify(value).matchAll(reference), ([, id = '']) => id);
}

interface RoleProperties {
  readonly AssumeRolePolicyDocument: object;
  readonly ManagedPolicyArns?: readonly string[];
  readonly RoleName?: string;
}

/** Of a table, with what grants to other accounts add. */
interface GlobalTableProperties extends TableProperties {
  readonly Replicas: readonly [
    TableProperties['Replicas'][0] & {
      readonly ResourcePolicy?: { readonly PolicyDocument: object };
    },
  ];
}

interface InlinePolicyProperties {
  readonly PolicyDocument: object;
  readonly PolicyName: string;
  readonly Roles: readonly string[];
}

type Creator = (properties: never, logicalId: string) => Promise<Physical>;

function creators(target: Target): Readonly<Record<string, Creator>> {
  const { account = ACCOUNT } = target;
  const [dynamodb, iam, kms] = [new DynamoDB(target), new IAM(target), new KMS(target)];
  return {
    'AWS::DynamoDB::GlobalTable': async ({ Replicas, ...table }: GlobalTableProperties) => {
      const { TableName } = table;
      const [{ DeletionProtectionEnabled, PointInTimeRecoverySpecification, ResourcePolicy }] =
        Replicas;
      const answer = await dynamodb.createTable({ ...table, DeletionProtectionEnabled });
      const waiter = { client: dynamodb, maxWaitTime: 30, minDelay: 0.01, maxDelay: 1 };
      await waitUntilTableExists(waiter, { TableName });
      await dynamodb.updateContinuousBackups({ TableName, PointInTimeRecoverySpecification });
      const arn = answer.TableDescription?.TableArn ?? '';
      if (ResourcePolicy) {
        const Policy = JSON.stringify(ResourcePolicy.PolicyDocument);
        await dynamodb.putResourcePolicy({ ResourceArn: arn, Policy });
      }
      return { ref: TableName, arn };
    },

    'AWS::IAM::ManagedPolicy': async (policy: PolicyProperties) => {
      const { ManagedPolicyName: PolicyName, Description } = policy;
      const PolicyDocument = JSON.stringify(policy.PolicyDocument);
      await iam.createPolicy({ PolicyName, Description, PolicyDocument });
      const arn = `arn:aws:iam::${account}:policy/${PolicyName}`;
      return { ref: arn, arn };
    },

    'AWS::IAM::Policy': async ({ PolicyName, Roles, ...policy }: InlinePolicyProperties) => {
      const PolicyDocument = JSON.stringify(policy.PolicyDocument);
      for (const RoleName of Roles) {
        await iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument });
      }
      return { ref: PolicyName, arn: PolicyName };
    },

    'AWS::IAM::Role': async (role: RoleProperties, logicalId) => {
      const { RoleName = logicalId, ManagedPolicyArns = [] } = role;
      const AssumeRolePolicyDocument = JSON.stringify(role.AssumeRolePolicyDocument);
      await iam.createRole({ RoleName, AssumeRolePolicyDocument });
      for (const PolicyArn of ManagedPolicyArns)
        await iam.attachRolePolicy({ RoleName, PolicyArn });
      return { ref: RoleName, arn: `arn:aws:iam::${account}:role/${RoleName}` };
    },

    'AWS::KMS::Alias': async (alias: { AliasName: string; TargetKeyId: string }) => {
      await kms.createAlias(alias);
      return { ref: alias.AliasName, arn: alias.AliasName };
    },

    'AWS::KMS::Key': async ({ Description, EnableKeyRotation, KeyPolicy }: KeyProperties) => {
      const Policy = JSON.stringify(KeyPolicy);
      const { KeyMetadata } = await kms.createKey({ Description, Policy });
      const { KeyId = '', Arn: arn = '' } = KeyMetadata ?? {};
      if (EnableKeyRotation) await kms.enableKeyRotation({ KeyId });
      return { ref: KeyId, arn };
    },
  };
}
