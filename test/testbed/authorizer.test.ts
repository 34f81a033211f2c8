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
  ['no policy at all', [], undefined, false],
  ["the identity's policy, of a resource without one", [ALLOW], undefined, true],
  [
    "the identity's, where the key leaves it to the account",
    [ALLOW],
    statement('Allow', ROOT),
    true,
  ],
  [
    "the identity's, where the key leaves nothing to the account",
    [ALLOW],
    statement('Allow', 'x'),
    false,
  ],
  ["the key's, which names the role", [], statement('Allow', ROLE), true],
  ['the account alone', [], statement('Allow', ROOT), false],
  [
    'a Deny of the identity, whatever the key allows',
    [ALLOW, DENY],
    statement('Allow', ROLE),
    false,
  ],
  [
    "a Deny of the key to the role, whatever the identity's allow",
    [ALLOW],
    statement('Deny', ROLE),
    false,
  ],
  ['a Deny of the key to the account', [ALLOW], statement('Deny', ROOT), false],
])('%s', (_, policies, resourcePolicy, allowed) => {
  const caller = { arn: ROLE, arns: [ROLE], policies: () => policies };
  const call = { action: 'Decrypt', region: 'us-east-1', input: {}, caller };
  const access = { resource: 'arn:aws:kms:us-east-1:111122223333:key/1', context: {} };
  const attempt = () => authorize('kms', call, { access, resourcePolicy, run: () => undefined });
  if (allowed) expect(attempt).not.toThrow();
  else expect(attempt).toThrow(/is not authorized to perform: kms:Decrypt/);
});
