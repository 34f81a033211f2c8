import {
  CreateRoleCommand,
  GetPolicyCommand,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iam';
import { DescribeKeyCommand, paginateListKeys } from '@aws-sdk/client-kms';

import { Credstash } from '../../src/index.js';
import { BareAws, NAMES, policyArn } from './bare.js';

/** The names of others, in the same table. */
export const OTHERS = {
  ...NAMES,
  KeyAlias: 'alias/other',
  ReadPolicyName: 'other-readers',
  WritePolicyName: 'other-writers',
};
export const REQUEST = { readers: ['web'], tags: { team: 'blue' } };

/** An account in which there is the role of the request, and nothing else. */
export async function startWithRole(): Promise<BareAws> {
  const bare = await BareAws.start();
  const role = { RoleName: 'web', AssumeRolePolicyDocument: '{"Statement":[]}' };
  await bare.clients.iam.send(new CreateRoleCommand(role));
  bare.takeCalls();
  return bare;
}

/** The keys of the account. */
export async function keys(bare: BareAws) {
  const { kms } = bare.clients;
  const ids: string[] = [];
  for await (const { Keys = [] } of paginateListKeys({ client: kms }, {})) {
    ids.push(...Keys.map(({ KeyId = '' }) => KeyId));
  }
  const all = ids.map(async (KeyId) => {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    return KeyMetadata;
  });
  return Promise.all(all);
}

/** What there is, without what differs from run to run. */
export async function state(bare: BareAws) {
  const { iam } = bare.clients;
  const policies = [NAMES.ReadPolicyName, NAMES.WritePolicyName].map(async (name) => {
    const PolicyArn = policyArn(name);
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
    return `${Policy?.DefaultVersionId} of ${Versions.length}`;
  });
  const { dynamodb, kms } = bare.clients;
  const credstash = new Credstash({ compartment: 'credstash', dynamodb, kms });
  await credstash.put('foo', 'bar');
  return {
    // A plan sees all that setup would change.
    plan: (await bare.plan(REQUEST)).changes.map(({ action, resource }) => `${action} ${resource}`),
    keys: (await keys(bare)).map((key) => key?.KeyState),
    policies: await Promise.all(policies),
    secret: await credstash.get('foo'),
  };
}
