import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { IAMClient, ListPoliciesCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { Account } from './account';
import { ASSEMBLY } from './assembly';

const STACKS = ['credstash', 'credstash-prod'];
const TABLES = ['credential-store', 'credential-store-prod'];
const DEPLOY = ['deploy', '--all', '--require-approval', 'never'];

let account: Account;

/** Put a secret in each compartment, and read it back. */
async function expectToKeepSecrets(...compartments: string[]) {
  for (const compartment of compartments) {
    const value = `of ${compartment}`;
    const put = await account.credstash('--compartment', compartment, 'put', 'app/key', value);
    expect(put).toEqual({ exitCode: 0, stdout: 'app/key has been stored\n', stderr: '' });
    await expectToRead(compartment);
  }
}

async function expectToRead(compartment: string) {
  const got = await account.credstash('--compartment', compartment, 'get', 'app/key');
  expect(got).toEqual({ exitCode: 0, stdout: `of ${compartment}\n`, stderr: '' });
}

async function policies(): Promise<string[]> {
  const iam = new IAMClient(account.connection());
  const { Policies = [] } = await iam.send(new ListPoliciesCommand({ Scope: 'Local' }));
  return Policies.map(({ PolicyName = '' }) => PolicyName).sort();
}

describe('a bootstrapped account', () => {
  beforeAll(async () => {
    account = await Account.start();
  });
  afterAll(() => account.stop());

  test('cdk bootstrap prepares the account', async () => {
    expect(await account.cdk('bootstrap')).toMatch(/✅ {2}Environment \S+ bootstrapped/);
  });

  test('cdk deploy creates both compartments', async () => {
    const said = await account.cdk(...DEPLOY);
    for (const stack of STACKS) expect(said).toMatch(new RegExp(`✅  ${stack}\n`));
    await expectToKeepSecrets('credstash', 'prod');
    expect(await policies()).toEqual([
      'credstash-prod-read-secrets',
      'credstash-prod-write-secrets',
      'credstash-read-secrets',
      'credstash-write-secrets',
    ]);
  });

  test.each(TABLES)('%s has deletion protection and recovery', async (TableName) => {
    const dynamodb = new DynamoDBClient(account.connection());
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ DeletionProtectionEnabled: true });
    const backups = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName }));
    expect(backups.ContinuousBackupsDescription).toMatchObject({
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' },
    });
  });

  test('cdk deploy finds nothing to change the second time', async () => {
    const said = await account.cdk(...DEPLOY);
    for (const stack of STACKS) expect(said).toContain(`✅  ${stack} (no changes)`);
  });

  test('cdk destroy leaves the keys, their aliases and the tables, and no policy', async () => {
    const said = await account.cdk('destroy', '--all', '--force');
    for (const stack of STACKS) expect(said).toContain(`✅  ${stack}: destroyed`);
    const kms = new KMSClient(account.connection());
    for (const stack of STACKS) {
      const key = await kms.send(new DescribeKeyCommand({ KeyId: `alias/${stack}` }));
      expect(key.KeyMetadata).toMatchObject({ KeyState: 'Enabled' });
    }
    await expectToRead('credstash');
    await expectToRead('prod');
    expect(await policies()).toEqual([]);
  });
});

describe('an account that is not bootstrapped', () => {
  beforeEach(async () => {
    account = await Account.start();
  });
  afterEach(() => account.stop());

  test('cdk deploy creates both compartments', async () => {
    const said = await account.cdk(...DEPLOY);
    for (const stack of STACKS) expect(said).toMatch(new RegExp(`✅  ${stack}\n`));
    await expectToKeepSecrets('credstash', 'prod');
  });

  test('aws cloudformation deploy creates a compartment from a template of cdk synth', async () => {
    const file = join(ASSEMBLY, 'credstash-prod.template.json');
    expect(await readFile(file, 'utf8')).toContain('"AWS::DynamoDB::GlobalTable"');
    const deploy = ['cloudformation', 'deploy', '--stack-name', 'of-my-own'];
    const named = ['--capabilities', 'CAPABILITY_NAMED_IAM'];
    expect(await account.aws(...deploy, '--template-file', file, ...named)).toContain(
      'Successfully created/updated stack - of-my-own',
    );
    await expectToKeepSecrets('prod');
    expect(await policies()).toEqual([
      'credstash-prod-read-secrets',
      'credstash-prod-write-secrets',
    ]);
  });
});
