import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

import { arnOf } from './clients.js';
import type { Run } from './run.js';
import { resolve, type Names, type Template } from './template.js';

/** The properties of a compartment's resources, as CloudFormation names them. */
export interface Resources {
  readonly table: TableProperties;
  readonly key: KeyProperties;
  readonly policies: readonly PolicyProperties[];
}

/** Of a table in one region. */
export interface TableProperties extends Pick<
  CreateTableCommandInput,
  'AttributeDefinitions' | 'BillingMode' | 'KeySchema'
> {
  readonly TableName: string;
  readonly Replicas: readonly [
    {
      readonly DeletionProtectionEnabled: boolean;
      readonly PointInTimeRecoverySpecification: { readonly PointInTimeRecoveryEnabled: boolean };
    },
  ];
}

export interface KeyProperties {
  readonly Description: string;
  readonly EnableKeyRotation: boolean;
  readonly KeyPolicy: object;
}

export interface PolicyProperties {
  readonly Description: string;
  readonly ManagedPolicyName: string;
  readonly Path: string;
  readonly PolicyDocument: object;
}

/** The properties that setup applies, by type of resource; `Replicas` is what a table has of them. */
const APPLIED: Readonly<Record<string, RegExp>> = {
  'AWS::DynamoDB::GlobalTable': /^(AttributeDefinitions|BillingMode|KeySchema|Replicas|TableName)$/,
  'AWS::IAM::ManagedPolicy': /^(Description|ManagedPolicyName|Path|PolicyDocument)$/,
  'AWS::KMS::Alias': /^(AliasName|TargetKeyId)$/,
  Replicas: /^(DeletionProtectionEnabled|PointInTimeRecoverySpecification|Region)$/,
  'AWS::KMS::Key': /^(Description|EnableKeyRotation|KeyPolicy)$/,
};

/**
 * The resources of a compartment's template.
 *
 * @param values Of the template's parameters.
 * @param keyArn The ARN of the key, or what stands for it while there is none.
 * @throws if the template says more than setup applies
 */
export function compartmentResources(
  template: Template,
  values: Names,
  run: Run,
  keyArn: string,
): Resources {
  const names: Record<string, string> = {
    ...values,
    'AWS::AccountId': run.account,
    'AWS::Partition': run.partition,
    'AWS::Region': run.region,
  };
  const tableArn = arnOf(run, 'dynamodb', `table/${values.TableName}`);
  for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources)) {
    checkProperties(Type, Properties);
    if (Type === 'AWS::DynamoDB::GlobalTable') names[`${id}.Arn`] = tableArn;
    if (Type === 'AWS::KMS::Key') names[`${id}.Arn`] = keyArn;
  }
  const resources = resolve(Object.values(template.Resources), names);
  const ofType = (type: string) =>
    resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
  const [table] = ofType('AWS::DynamoDB::GlobalTable') as [TableProperties];
  checkProperties('Replicas', table.Replicas[0]);
  const [key] = ofType('AWS::KMS::Key') as [KeyProperties];
  return { table, key, policies: ofType('AWS::IAM::ManagedPolicy') as PolicyProperties[] };
}

function checkProperties(type: string, properties: object): void {
  const unknown = Object.keys(properties).filter((name) => !APPLIED[type]?.test(name));
  if (unknown.length > 0) {
    throw new Error(`The template sets ${unknown.join(', ')} of ${type}: not known`);
  }
}
