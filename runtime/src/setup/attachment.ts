import { paginateListAttachedRolePolicies } from '@aws-sdk/client-iam';

import { CredstashError } from '../errors.js';
import type { Change } from './change.js';
import { arnOf } from './clients.js';
import { unless } from './patience.js';
import { step, type Run } from './run.js';

/**
 * Plan to attach a managed policy to a role.
 *
 * @throws ERR_ROLE_NOT_FOUND
 */
export async function planAttachment(
  run: Run,
  RoleName: string,
  policyName: string,
): Promise<Change> {
  const attached = await unless('NoSuchEntityException', attachedPolicies(run, RoleName));
  if (!attached) {
    throw new CredstashError(
      'ERR_ROLE_NOT_FOUND',
      `There is no role ${RoleName} in the account ${run.account}. Nothing was made: create the role first, or give its name without its path.`,
    );
  }
  const PolicyArn = arnOf(run, 'iam', `policy/${policyName}`);
  const resource = `attachment of ${policyName} to ${RoleName}`;
  if (attached.includes(PolicyArn)) return { action: 'unchanged', resource, notes: [] };
  const apply = () =>
    step(run, `Attaching ${policyName} to ${RoleName}...`, resource, () =>
      run.iam.attachRolePolicy({ RoleName, PolicyArn }),
    );
  return { action: 'create', resource, notes: [], apply };
}

async function attachedPolicies(run: Run, RoleName: string): Promise<unknown[]> {
  const arns: unknown[] = [];
  for await (const page of paginateListAttachedRolePolicies({ client: run.iam }, { RoleName })) {
    arns.push(...(page.AttachedPolicies ?? []).map(({ PolicyArn }) => PolicyArn));
  }
  return arns;
}
