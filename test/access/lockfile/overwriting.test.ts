import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DecryptCommand } from '@aws-sdk/client-kms';
import * as iam from 'aws-cdk-lib/aws-iam';

import { Compartment } from '../../../lib';
import { Credstash } from '../../../runtime/src/index.js';
import { seal } from '../../../runtime/src/format/seal.js';
import { role, startSynthesized } from '../../../testbed/synthesized-aws';
import type { TestAws } from '../../../testbed/test-aws';

let test_: TestAws;

beforeAll(async () => {
  test_ = await startSynthesized((stack) => {
    const secrets = new Compartment(stack, 'Secrets', { bindNames: true });
    secrets.grantRead(role(stack, 'reader'));
    const both = role(stack, 'both');
    secrets.grantRead(both);
    both.addToPolicy(
      new iam.PolicyStatement({ actions: ['dynamodb:PutItem'], resources: [secrets.tableArn] }),
    );
  });
});
afterAll(() => test_.aws.stop());

test('Who reads a secret and has PutItem overwrites its value, without a new data key', async () => {
  await new Credstash(test_.clients()).put('app/db', 'genuine');
  const { dynamodb, kms } = await test_.clientsOf('both');
  const [name, version] = ['app/db', '0000000000000000001'];
  const TableName = 'credential-store';
  const { Item } = await dynamodb.send(
    new GetItemCommand({ TableName, Key: { name: { S: name }, version: { S: version } } }),
  );
  const { Plaintext = new Uint8Array() } = await kms.send(
    new DecryptCommand({
      CiphertextBlob: Buffer.from(Item?.key?.S ?? '', 'base64'),
      EncryptionContext: { 'credstash:name': name, 'credstash:version': version },
    }),
  );
  const { contents, hmac } = seal(Buffer.from('forged'), Plaintext, 'SHA256');
  const forged = { contents: { S: Buffer.from(contents).toString('base64') }, hmac: { S: hmac } };
  await dynamodb.send(new PutItemCommand({ TableName, Item: { ...Item, ...forged } }));
  expect(await new Credstash(await test_.clientsOf('reader')).get('app/db')).toBe('forged');
});
