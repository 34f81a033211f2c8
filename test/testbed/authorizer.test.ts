import { authorize } from '../../testbed/authorizer';
import type { PolicyDocument } from '../../testbed/policy';
import { ACCOUNT } from '../../testbed/service';

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
  const caller = { account: ACCOUNT, arn: ROLE, arns: [ROLE], policies: () => policies };
  const call = { action: 'Decrypt', region: 'us-east-1', input: {}, caller };
  const access = { resource: 'arn:aws:kms:us-east-1:111122223333:key/1', context: {} };
  const attempt = () => authorize('kms', call, { access, resourcePolicy, run: () => undefined });
  if (allowed) expect(attempt).not.toThrow();
  else expect(attempt).toThrow(/is not authorized to perform: kms:Decrypt/);
});
