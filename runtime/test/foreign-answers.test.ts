import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';

import { runCli } from '../../demo/cli.js';
import { clientConfig } from '../src/aws/client.js';
import { refuseForeignAnswers } from '../src/aws/foreign-answer.js';
import { Credstash } from '../src/index.js';
import { createClients } from '../src/setup/clients.js';
import { Secrets } from './secrets.js';

const secrets = Secrets.prepare();

/** What something between the caller and AWS may answer. */
const ANSWERS = {
  'a page': { status: 200, type: 'text/html', body: '<html><body>Sign in</body></html>' },
  'an empty answer': { status: 200, type: 'text/plain', body: '' },
  'a redirection': { status: 302, type: 'text/html', body: '' },
  'a page that blocks': { status: 403, type: 'text/html; charset=utf-8', body: '<html>No</html>' },
  'a page for an error': { status: 503, type: 'text/html', body: '<html>Later</html>' },
  'empty JSON': { status: 200, type: 'application/json', body: '' },
  'JSON of a portal': { status: 200, type: 'application/json', body: '{"login":"http://portal"}' },
};

/** Clients as the library makes them, but for the number of attempts. */
function connect(maxAttempts = 4): Credstash {
  process.env.AWS_MAX_ATTEMPTS = String(maxAttempts);
  const config = clientConfig(secrets.test_.target);
  delete process.env.AWS_MAX_ATTEMPTS;
  const dynamodb = refuseForeignAnswers(new DynamoDBClient(config));
  return new Credstash({ dynamodb, kms: refuseForeignAnswers(new KMSClient(config)) });
}

describe.each(Object.entries(ANSWERS))('%s that is not from AWS', (_, answer) => {
  test.each(['dynamodb:PutItem', 'kms:GenerateDataKey'])('is retried for %s', async (action) => {
    secrets.test_.aws.inject({ action, answer, times: 3 });
    await connect().put('a', 'v');
    expect(await secrets.credstash.get('a')).toBe('v');
  });

  test('is named when it does not end', async () => {
    await secrets.credstash.put('a', 'v');
    secrets.test_.aws.inject({ action: 'kms:Decrypt', answer });
    const [type] = answer.type.split(';');
    const message = `HTTP ${answer.status}, ${type}, without AWS's request ID). Something else than AWS answered: sign in to the network, or check the proxy and the endpoint.`;
    await expect(connect(2).get('a')).rejects.toMatchObject({
      code: 'ERR_UNREACHABLE',
      message: expect.stringContaining(message) as string,
    });
  });
});

test("an answer in AWS's JSON is taken without a request ID, which not every emulator gives", async () => {
  const type = 'application/x-amz-json-1.0';
  const answer = { status: 200, type, body: '{"Count":0,"Items":[],"ScannedCount":0}' };
  secrets.test_.aws.inject({ action: 'dynamodb:Scan', answer });
  expect(await connect().list()).toEqual([]);
});

test('setup takes no page for the answer of IAM or STS', async () => {
  const page = ANSWERS['a page'];
  const config = { ...clientConfig(secrets.test_.target), maxAttempts: 1 };
  const { iam, sts } = createClients(config);
  secrets.test_.aws.inject({ action: 'iam:GetPolicy', answer: page });
  secrets.test_.aws.inject({ action: 'sts:GetCallerIdentity', answer: page });
  await expect(iam.getPolicy({ PolicyArn: 'any' })).rejects.toThrow(/request ID/);
  await expect(sts.getCallerIdentity()).rejects.toThrow(/request ID/);
});

test('the CLI names such an answer, and does not print it', async () => {
  secrets.test_.aws.inject({ action: 'dynamodb:Scan', answer: ANSWERS['a page'] });
  const env = { ...(await secrets.test_.env()), AWS_MAX_ATTEMPTS: '2' };
  const { exitCode, stdout, stderr } = await runCli(['list'], env);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/HTTP 200, text\/html, without AWS's request ID.*sign in to the network/);
  expect(stderr).not.toContain('<html>');
});
