import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';

import { checkProperties, type Change, type Planner } from '../runtime/src/setup/change.js';
import { ACCOUNT } from './service';

/** Planners of what stands around a compartment in the tests: roles and their inline policies. */
export function rolePlanners(iam: IAMClient): Readonly<Record<string, Planner>> {
  return {
    'AWS::IAM::Role': (properties, { logicalId }) => {
      checkProperties(properties, ['AssumeRolePolicyDocument', 'ManagedPolicyArns', 'RoleName']);
      const RoleName = (properties.RoleName as string | undefined) ?? logicalId;
      const arn = `arn:aws:iam::${ACCOUNT}:role/${RoleName}`;
      return create(RoleName, arn, async ({ AssumeRolePolicyDocument, ManagedPolicyArns = [] }) => {
        const trust = JSON.stringify(AssumeRolePolicyDocument);
        await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
        for (const PolicyArn of ManagedPolicyArns as string[]) {
          await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
        }
      });
    },

    'AWS::IAM::Policy': ({ PolicyName }) => {
      const name = PolicyName as string;
      return create(name, name, async (properties) => {
        const PolicyDocument = JSON.stringify(properties.PolicyDocument);
        for (const RoleName of properties.Roles as string[]) {
          const input = { RoleName, PolicyName: name, PolicyDocument };
          await iam.send(new PutRolePolicyCommand(input));
        }
      });
    },
  };
}

function create(
  ref: string,
  arn: string,
  make: (properties: Parameters<NonNullable<Change['apply']>>[0]) => Promise<void>,
): Promise<Change> {
  const physical = { ref, arn };
  const apply: Change['apply'] = async (properties) => {
    await make(properties);
    return physical;
  };
  return Promise.resolve({ action: 'create', resource: ref, notes: [], physical, apply });
}
