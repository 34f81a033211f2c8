import { AttachRolePolicyCommand, paginateListAttachedRolePolicies } from '@aws-sdk/client-iam';

import { CredstashError } from '../errors.js';
import { call, eventually, unless } from './calls.js';
import type { Change } from './change.js';
import { step, type Context } from './context.js';

/**
 * Plan to attach a managed policy to a role.
 *
 * @throws ERR_ROLE_NOT_FOUND
 */
export async function planAttachment(
  context: Context,
  role: string,
  policyName: string,
): Promise<Change> {
  const { clients, partition, account } = context;
  const { iam } = clients;
  const arn = `arn:${partition}:iam::${account}:role/${role}`;
  const PolicyArn = `arn:${partition}:iam::${account}:policy/${policyName}`;
  const attached = await unless('NoSuchEntityException', attachedPolicies(context, role, arn));
  if (!attached) {
    throw new CredstashError(
      'ERR_ROLE_NOT_FOUND',
      `There is no role ${role} in the account ${account}. Nothing was made: create the role first, or give its name without its path.`,
    );
  }
  const resource = `attachment of ${policyName} to ${role}`;
  const physical = { ref: resource, arn };
  if (attached.includes(PolicyArn)) return { action: 'unchanged', resource, notes: [], physical };
  const apply = async () => {
    const command = new AttachRolePolicyCommand({ RoleName: role, PolicyArn });
    await step(context, `Attaching ${policyName} to ${role}...`, resource, () =>
      eventually('NoSuchEntityException', () =>
        call(iam, 'iam:AttachRolePolicy', arn, () => iam.send(command)),
      ),
    );
    return physical;
  };
  return { action: 'create', resource, notes: [], physical, apply };
}

function attachedPolicies({ clients }: Context, RoleName: string, arn: string): Promise<string[]> {
  const { iam: client } = clients;
  return call(client, 'iam:ListAttachedRolePolicies', arn, async () => {
    const arns: string[] = [];
    for await (const page of paginateListAttachedRolePolicies({ client }, { RoleName })) {
      arns.push(...(page.AttachedPolicies ?? []).map(({ PolicyArn = '' }) => PolicyArn));
    }
    return arns;
  });
}
