import {
  paginateListGrants,
  type GrantListEntry,
  type KeyMetadata,
  type KMS,
} from '@aws-sdk/client-kms';

import { regionOf } from './clients.js';
import type { KeyProperties } from './resources.js';
import type { Run } from './run.js';
import {
  denies,
  kept,
  leavesAccessToIam,
  policyDeviations,
  stranger,
  type Deviation,
  type ResourcePolicy,
} from './trust.js';

/** A key, as KMS describes it. */
export type Key = KeyMetadata & { readonly Arn: string };

/** In what a key is not as setup makes it. */
export async function keyDeviations(
  run: Run,
  { KeyPolicy }: KeyProperties,
  key: Key,
): Promise<Deviation[]> {
  const { Arn, Origin = 'AWS_KMS', MultiRegionConfiguration = {} } = key;
  const found = await accessDeviations(run, run.kms, Arn, 'its', KeyPolicy);
  if (Origin !== 'AWS_KMS') found.push(kept(`its key material is of the origin ${Origin}`));
  if (!key.MultiRegion) return found;

  // Each has a policy of its own, and all decrypt the same.
  const { PrimaryKey, ReplicaKeys = [] } = MultiRegionConfiguration;
  const related = [PrimaryKey, ...ReplicaKeys].flatMap((each) => each?.Arn ?? []);
  const others = related.filter((arn) => arn !== Arn);
  found.push(kept(['it is a multi-Region key', ...others].join(', with ')));
  for (const arn of others) {
    const { kms } = run.inRegion(regionOf(arn));
    found.push(...(await accessDeviations(run, kms, arn, `${arn}: its`, KeyPolicy)));
  }
  return found;
}

/** @param its Whose, in words. */
async function accessDeviations(
  run: Run,
  kms: KMS,
  KeyId: string,
  its: string,
  wanted: ResourcePolicy,
): Promise<Deviation[]> {
  const { Policy = '{}' } = await kms.getKeyPolicy({ KeyId, PolicyName: 'default' });
  const policy = JSON.parse(Policy) as ResourcePolicy;
  const found = policyDeviations(run, `${its} policy`, policy, wanted);
  if (!leavesAccessToIam(run, policy)) {
    found.push(
      kept(
        `${its} policy is kept, and does not leave access to IAM: until it does, the policies here may have no effect`,
      ),
    );
  }
  if (!denies(policy, 'kms:ScheduleKeyDeletion')) {
    found.push(kept(`${its} policy lets it be deleted while it is in use`));
  }
  for await (const { Grants = [] } of paginateListGrants({ client: kms }, { KeyId })) {
    found.push(...Grants.map((grant) => stranger(grantText(its, grant))));
  }
  return found;
}

function grantText(its: string, { GrantId, GranteePrincipal, Operations = [] }: GrantListEntry) {
  return `${its} grant ${GrantId} lets ${GranteePrincipal} do ${Operations.join(', ')}`;
}
