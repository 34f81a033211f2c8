import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  PutKeyPolicyCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';

interface Clients {
  readonly kms: KMSClient;
}

/** Do something as if a compartment did not bind names yet. */
export async function withoutBinding(
  { kms }: Clients,
  compartment: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const alias = compartment === 'credstash' ? 'alias/credstash' : `alias/credstash-${compartment}`;
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: alias }));
  const KeyId = KeyMetadata?.KeyId;
  const { Policy = '' } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
  const { Statement, ...rest } = JSON.parse(Policy) as { Statement: object[] };
  const open = Statement.filter((each) => !JSON.stringify(each).includes('credstash:'));
  expect(open.length).toBeLessThan(Statement.length);
  const unbound = JSON.stringify({ ...rest, Statement: open });
  await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: unbound }));
  await work();
  await kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
}
