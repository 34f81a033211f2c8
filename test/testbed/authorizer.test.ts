import { authorize } from '../../testbed/authorizer';
import type { PolicyDocument } from '../../testbed/policy';
import { ACCOUNT, type Permission } from '../../testbed/service';

const ROLE = `arn:aws:iam::${ACCOUNT}:role/r`;
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;

const statement = (Effect: 'Allow' | 'Deny', AWS?: string): PolicyDocument => ({
  Statement: {
    Effect,
    Action: 'kms:Decrypt',
    Resource: '*',
    ...(AWS === undefined ? {} : { Principal: { AWS } }),
  },
});

const OUTSIDER = 'arn:aws:iam::444455556666:role/r';
const OUTSIDE = 'arn:aws:iam::444455556666:root';

const [ALLOW, DENY] = [statement('Allow'), statement('Deny')];

test.each<[string, PolicyDocument[], PolicyDocument | undefined, boolean]>([
  ['denies without any policy', [], undefined, false],
  ["allows by the identity's policy when the resource has none", [ALLOW], undefined, true],
  [
    "allows by the identity's policy when the key policy delegates to the account",
    [ALLOW],
    statement('Allow', ROOT),
    true,
  ],
  [
    "denies despite the identity's policy when the key policy does not delegate to the account",
    [ALLOW],
    statement('Allow', 'x'),
    false,
  ],
  ['allows by a key policy that names the role', [], statement('Allow', ROLE), true],
  [
    'denies when the key policy delegates to the account and the identity has no policy',
    [],
    statement('Allow', ROOT),
    false,
  ],
  [
    "denies by a Deny in the identity's policy, whatever the key policy allows",
    [ALLOW, DENY],
    statement('Allow', ROLE),
    false,
  ],
  [
    "denies by a Deny for the role in the key policy, whatever the identity's policy allows",
    [ALLOW],
    statement('Deny', ROLE),
    false,
  ],
  ['denies by a Deny for the account in the key policy', [ALLOW], statement('Deny', ROOT), false],
])('authorize %s', (_, policies, resourcePolicy, allowed) => {
  const attempt = authorizing(ROLE, policies, { resourcePolicy });
  if (allowed) expect(attempt).not.toThrow();
  else expect(attempt).toThrow(/is not authorized to perform: kms:Decrypt/);
});

test.each<[string, PolicyDocument[], PolicyDocument | undefined, boolean]>([
  ["denies by the identity's policy alone", [ALLOW], undefined, false],
  ["denies by the resource's policy alone", [], statement('Allow', OUTSIDER), false],
  ['allows by both', [ALLOW], statement('Allow', OUTSIDER), true],
  [
    "allows by the identity's policy and a resource's policy that names the account",
    [ALLOW],
    statement('Allow', OUTSIDE),
    true,
  ],
  [
    "denies by a policy that names the resource's account",
    [ALLOW],
    statement('Allow', ROOT),
    false,
  ],
  ["denies by a Deny in the identity's policy", [ALLOW, DENY], statement('Allow', OUTSIDER), false],
])('authorize, from another account, %s', (_, policies, resourcePolicy, allowed) => {
  const attempt = authorizing(OUTSIDER, policies, { resourcePolicy });
  if (allowed) expect(attempt).not.toThrow();
  else expect(attempt).toThrow(/is not authorized to perform: kms:Decrypt/);
});

test("authorize allows by the identity's policy alone when the resource, such as a table, lets it suffice", () => {
  const permission = { resourcePolicy: statement('Allow', 'x'), identitiesSuffice: true };
  expect(authorizing(ROLE, [ALLOW], permission)).not.toThrow();
  expect(authorizing(ROLE, [], permission)).toThrow(/no identity-based policy/);
  expect(authorizing(OUTSIDER, [ALLOW], permission)).toThrow(/no resource-based policy/);
});

function authorizing(arn: string, policies: PolicyDocument[], permission: Permission) {
  const [, , , , account = ''] = arn.split(':');
  const caller = { account, arn, arns: [arn], policies: () => policies };
  const call = { action: 'Decrypt', region: 'us-east-1', input: {}, caller };
  const access = { resource: 'arn:aws:kms:us-east-1:111122223333:key/1', context: {} };
  return () => authorize('kms', call, { access, ...permission, run: () => undefined });
}
