import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';

import { runCli } from '../../demo/cli.js';
import { clientConfig } from '../src/aws/client.js';
import { Credstash } from '../src/index.js';
import { createClients } from '../src/setup/clients.js';
import { Secrets } from './secrets.js';

const secrets = Secrets.prepare();
afterEach(() => (secrets.test_.aws.clockOffset = 0));

const HOUR = 3600_000;

/** Clients as the library makes them, but for the number of attempts. */
function connect(more: object = {}): Credstash {
  process.env.AWS_MAX_ATTEMPTS = '3';
  const config = { ...clientConfig(secrets.test_.target), ...more };
  delete process.env.AWS_MAX_ATTEMPTS;
  return new Credstash({ dynamodb: new DynamoDBClient(config), kms: new KMSClient(config) });
}

describe.each([HOUR, -HOUR])('while the clock of AWS is %d ms ahead', (offset) => {
  beforeEach(() => (secrets.test_.aws.clockOffset = offset));

  test('a put and a get succeed with the time of AWS', async () => {
    const credstash = connect();
    await credstash.put('a', 'v');
    expect(await credstash.get('a')).toBe('v');
  });

  test('the CLI reads and writes', async () => {
    const env = await secrets.test_.env();
    expect(await runCli(['put', 'a', 'v'], env)).toMatchObject({ exitCode: 0 });
    expect(await runCli(['get', 'a'], env)).toMatchObject({ stdout: 'v\n' });
  });

  test('a first CreateKey is repeated, and makes one key', async () => {
    const Statement = [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: '*', Resource: '*' }];
    const { kmsOnce } = createClients(clientConfig(secrets.test_.target));
    secrets.test_.takeCalls();
    await kmsOnce.createKey({ Policy: JSON.stringify({ Statement }) });
    expect(secrets.test_.takeCalls()).toEqual(['kms:CreateKey']);
  });

  test('a refusal is not repeated', async () => {
    const credstash = connect();
    await credstash.put('a', 'v');
    secrets.test_.takeCalls();
    await expect(credstash.put('a', 'w')).rejects.toMatchObject({ code: 'ERR_VERSION_EXISTS' });
    const calls = secrets.test_.takeCalls();
    expect(calls.filter((each) => each === 'dynamodb:PutItem')).toHaveLength(1);
  });

  test('the error says that the clock is wrong, when the time can not be corrected', async () => {
    await expect(connect({ disableClockSkewCorrection: true }).get('a')).rejects.toMatchObject({
      code: 'ERR_CREDENTIALS',
      message: expect.stringMatching(/Set the clock of this machine: AWS's differs\.$/) as string,
    });
  });
});

test.each(['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture'])(
  'the error says that the clock is wrong after %s',
  async (error) => {
    secrets.test_.aws.inject({ action: 'dynamodb:Query', error });
    await expect(connect().get('a')).rejects.toMatchObject({
      code: 'ERR_CREDENTIALS',
      message: expect.stringMatching(/Set the clock/) as string,
    });
  },
);

test('the error does not blame the clock for a wrong secret access key', async () => {
  const { accessKeyId } = secrets.test_.aws.admin;
  const credentials = { accessKeyId, secretAccessKey: 'wrong' };
  await expect(connect({ credentials }).get('a')).rejects.toMatchObject({
    code: 'ERR_CREDENTIALS',
    message: expect.stringMatching(/Sign in again/) as string,
  });
});
