import { Token } from 'aws-cdk-lib';

/** The names that a compartment gives its resources. */
export interface CompartmentNames {
  readonly keyAlias: string;
  readonly tableName: string;
  readonly readPolicyName: string;
  readonly writePolicyName: string;
}

/** The compartment whose names are those of Python credstash. */
export const DEFAULT_COMPARTMENT = 'credstash';

/** What KMS, DynamoDB, IAM and CloudFormation all accept as a part of their names. */
export const COMPARTMENT_NAME_RULE =
  "a compartment's name: 1 to 64 letters, digits and hyphens, the first a letter";

/** Whether a value may name a compartment. */
export function isCompartmentName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(value);
}

/**
 * The names of a compartment's resources. The runtime derives the same.
 *
 * @throws if KMS, DynamoDB or IAM would refuse one of them
 */
export function compartmentNames(compartmentName: string): CompartmentNames {
  if (!Token.isUnresolved(compartmentName) && !isCompartmentName(compartmentName)) {
    throw new Error(`${JSON.stringify(compartmentName)} is not ${COMPARTMENT_NAME_RULE}.`);
  }
  const suffix = compartmentName === DEFAULT_COMPARTMENT ? '' : `-${compartmentName}`;
  return {
    keyAlias: `alias/credstash${suffix}`,
    tableName: `credential-store${suffix}`,
    readPolicyName: `credstash${suffix}-read-secrets`,
    writePolicyName: `credstash${suffix}-write-secrets`,
  };
}
