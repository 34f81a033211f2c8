import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { invalid } from './invalid';

/** The names of a compartment's resources. */
export interface CompartmentNames {
  readonly keyAlias: string;
  readonly tableName: string;
  readonly readPolicyName: string;
  readonly writePolicyName: string;
}

/** The compartment whose table and alias have the names that Python credstash expects. */
export const DEFAULT_COMPARTMENT = 'credstash';

/** What KMS, DynamoDB, IAM and CloudFormation all accept in a name. */
export const COMPARTMENT_NAME_RULE =
  "a compartment's name: 1 to 64 letters, digits and hyphens, starting with a letter";

/** Whether a value is a valid name of a compartment. */
export function isCompartmentName(value: unknown): value is string {
  return typeof value === 'string' && RULES.compartmentName[0].test(value);
}

/** The names of a compartment's resources. The runtime derives the same ones. */
export function compartmentNames(compartmentName: string): CompartmentNames {
  const suffix = compartmentName === DEFAULT_COMPARTMENT ? '' : `-${compartmentName}`;
  return {
    keyAlias: `alias/credstash${suffix}`,
    tableName: `credential-store${suffix}`,
    readPolicyName: `credstash${suffix}-read-secrets`,
    writePolicyName: `credstash${suffix}-write-secrets`,
  };
}

/** What AWS accepts as a name or an ARN, and how to say it. */
const RULES = {
  compartmentName: [/^[A-Za-z][A-Za-z0-9-]{0,63}$/, COMPARTMENT_NAME_RULE],
  keyAlias: [
    /^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/,
    "a KMS alias: 1 to 250 letters, digits and any of / _ -, but not AWS's aws/",
  ],
  tableName: [
    /^[a-zA-Z0-9_.-]{3,255}$/,
    "a DynamoDB table's name: 3 to 255 letters, digits and any of _ . -",
  ],
  policyName: [
    /^[a-zA-Z0-9+=,.@_-]{1,128}$/,
    "an IAM policy's name: 1 to 128 letters, digits and any of + = , . @ _ -",
  ],
  tableArn: [
    /^arn:[a-z-]+:dynamodb:[a-z0-9-]+:\d{12}:table\/[a-zA-Z0-9_.-]{3,255}$/,
    'the ARN of a DynamoDB table: arn:aws:dynamodb:REGION:ACCOUNT:table/NAME',
  ],
  keyArn: [
    /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[a-zA-Z0-9-]+$/,
    "the ARN of a KMS key: arn:aws:kms:REGION:ACCOUNT:key/ID. An alias's ARN never allows use of its key",
  ],
} as const;

/** Whether AWS would accept a name; yes, if it is known only on deployment. */
export function isName(kind: keyof typeof RULES, name: unknown): boolean {
  return Token.isUnresolved(name) || (typeof name === 'string' && RULES[kind][0].test(name));
}

/** @throws if AWS would not accept a name; one that is known only on deployment is not checked */
export function checkName(construct: IConstruct, kind: keyof typeof RULES, name: string): void {
  if (isName(kind, name)) return;
  throw invalid(construct, 'InvalidName', `${JSON.stringify(name)} is not ${RULES[kind][1]}.`);
}

/** An alias as KMS names it. CDK also takes it without the prefix. */
export function aliasName(alias: string): string {
  return Token.isUnresolved(alias) || alias.startsWith('alias/') ? alias : `alias/${alias}`;
}
