import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { runCli, type Outcome } from '../../demo/cli';
import { Credstash } from '../../runtime/src/index.js';
import { python } from './install';

/** Where moto is, as any AWS tool is told. */
export const ENV = {
  AWS_ENDPOINT_URL: process.env.MOTO_ENDPOINT ?? '',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'testing',
  AWS_SECRET_ACCESS_KEY: 'testing',
};

/** What a client of a server is made with: of moto, unless another is given. */
export const connection = (endpoint = ENV.AWS_ENDPOINT_URL) => ({
  endpoint,
  region: ENV.AWS_REGION,
  credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
});

export const dynamodb = new DynamoDBClient(connection());
export const kms = new KMSClient(connection());

/** A home, and a working folder, where nothing is. */
export const HOME = mkdtempSync(join(tmpdir(), 'credstash-interop-'));

/** The secrets of a table. */
export function connect(table: string): Credstash {
  return new Credstash({ table, dynamodb, kms });
}

/** A key with an alias, unless there is one. */
export async function createKey(AliasName: string): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const TargetKeyId = KeyMetadata?.KeyId ?? '';
  await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId })).catch(() => undefined);
  return TargetKeyId;
}

/** An empty credential table: in moto, unless a client of another server is given. */
export async function createTable(TableName: string, client = dynamodb): Promise<string> {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'name', KeyType: 'HASH' },
        { AttributeName: 'version', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'name', AttributeType: 'S' },
        { AttributeName: 'version', AttributeType: 'S' },
      ],
    }),
  );
  return TableName;
}

/** Run our CLI. */
export function ours(args: readonly string[], input = '', env = {}): Promise<Outcome> {
  return runCli(args, { ...ENV, HOME, ...env }, input);
}

/**
 * Run a program of Python: credstash, if none is named.
 *
 * @returns An exit code of 124 if it did not end in time.
 */
export function pythons(
  args: readonly string[],
  input = '',
  options: { program?: string; env?: object; timeout?: number } = {},
): Promise<Outcome> {
  const { program = 'credstash', timeout = 60_000 } = options;
  const env = { PATH: process.env.PATH, ...ENV, HOME, PYTHONIOENCODING: 'utf8', ...options.env };
  return new Promise((done) => {
    const child = execFile(
      python(program),
      args,
      { env, cwd: HOME, timeout, killSignal: 'SIGKILL' },
      (_, stdout, stderr) => {
        done({ exitCode: child.killed ? 124 : (child.exitCode ?? 1), stdout, stderr });
      },
    );
    child.stdin?.end(input);
  });
}
