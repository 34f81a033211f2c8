import { Token } from 'aws-cdk-lib';

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
  return typeof value === 'string' && /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(value);
}

/**
 * The names of a compartment's resources. The runtime derives the same ones.
 *
 * @throws if the compartment's name is invalid
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
