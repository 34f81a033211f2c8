import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { DynamoDBClient, ListTagsOfResourceCommand } from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand, KMSClient, ListResourceTagsCommand } from '@aws-sdk/client-kms';
import { App, Tags } from 'aws-cdk-lib';
import { runCli } from '../../demo/cli';
import { assumeRole } from '../../testbed/stand-up';
import { acrossStacks, READERS, REGION, WRITERS } from '../across-stacks';
import { blocks, exampleFolder, runTypeScript } from '../documentation';
import { Account } from './account';

// What moto lets through says nothing of policies: test/across-stacks.test.ts and test/readme.test.ts
// run the same grants under the authorizer.

const ACCOUNT = '123456789012';

let account: Account;

beforeAll(async () => {
  account = await Account.start();
  const environments = [REGION, 'us-east-1'].map((region) => `aws://${ACCOUNT}/${region}`);
  await account.cdk('bootstrap', ...environments);
});
afterAll(() => account.stop());

/** Run our CLI under a role. */
async function as(role: string, region: string, ...args: string[]) {
  const session = await assumeRole({ ...account.connection(), account: ACCOUNT }, role);
  const env = { ...account.env(), ...session, AWS_REGION: region };
  return runCli(['--compartment', 'prod', ...args], env);
}

describe('cdk deploy of roles in other stacks, of its region and of another, and a compartment', () => {
  beforeAll(async () => {
    const app = new App({ outdir: join(account.home, 'cdk.out') });
    acrossStacks(app, ACCOUNT);
    Tags.of(app).add('team', 'payments');
    app.synth();
    await account.deploy(app.outdir);
  });

  test.each(WRITERS)('lets %s put', async (role) => {
    const put = await as(role, REGION, 'put', `app/by-${role}`, 'v');
    expect(put).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test.each(READERS)('lets %s get', async (role) => {
    const got = await as(role, REGION, 'get', 'app/by-edge-writer');
    expect(got).toEqual({ exitCode: 0, stdout: 'v\n', stderr: '' });
  });

  test('tags the table and the key', async () => {
    const config = { ...account.connection(), region: REGION };
    const ResourceArn = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/credential-store-prod`;
    const ofTable = new ListTagsOfResourceCommand({ ResourceArn });
    expect(await new DynamoDBClient(config).send(ofTable)).toMatchObject({
      Tags: [{ Key: 'team', Value: 'payments' }],
    });
    const kms = new KMSClient(config);
    const key = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/credstash-prod' }));
    const ofKey = new ListResourceTagsCommand({ KeyId: key.KeyMetadata?.KeyId });
    expect(await kms.send(ofKey)).toMatchObject({
      Tags: [{ TagKey: 'team', TagValue: 'payments' }],
    });
  });
});

test("the README's function imports a compartment that setup made, and reads its secret", async () => {
  const admin = (...args: string[]) => account.credstash('--compartment', 'prod', ...args);
  expect(await admin('setup')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await admin('put', 'app/db.password', 'v')).toMatchObject({ exitCode: 0, stderr: '' });

  const folder = await exampleFolder();
  try {
    const [, imported = ''] = await blocks('README.md', 'ts');
    await runTypeScript(folder, imported, { CDK_OUTDIR: folder });
    await account.deploy(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
  const roles = ['--query', 'Functions[].Role', '--output', 'text'];
  const [, role = ''] = (await account.aws('lambda', 'list-functions', ...roles)).trim().split('/');
  const got = await as(role, 'us-east-1', 'get', 'app/db.password');
  expect(got).toEqual({ exitCode: 0, stdout: 'v\n', stderr: '' });
});
