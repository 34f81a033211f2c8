import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { Option, type Command } from 'commander';

import { clientConfig } from '../client-config.js';
import { Credstash } from '../credstash.js';

/** Flags that say which AWS account, region and compartment are meant. */
interface ConnectionOptions {
  readonly region?: string;
  readonly kmsRegion?: string;
  readonly table?: string;
  readonly compartment?: string;
  readonly profile?: string;
  readonly arn?: string;
}

/** The region of Python credstash when nothing names one. */
const FALLBACK_REGION = 'us-east-1';

const GROUP = 'Connection:';

/**
 * Take the connection's flags, before the command and after it.
 *
 * @param arnFlags Flags of the role: `-n` means something else to `get`.
 */
export function addConnectionOptions(command: Command, arnFlags = '--arn <arn>'): Command {
  const options = [
    new Option('-r, --region <region>', 'AWS region of the table and the key'),
    new Option('--kms-region <region>', 'AWS region of the key, if it is another'),
    new Option('-t, --table <table>', 'DynamoDB table (env: CREDSTASH_DEFAULT_TABLE)'),
    new Option('--compartment <name>', 'compartment (env: CREDSTASH_COMPARTMENT)'),
    new Option('-p, --profile <profile>', 'profile of the AWS configuration').conflicts('arn'),
    new Option(arnFlags, 'IAM role to assume').conflicts('profile'),
  ];
  for (const option of options) command.addOption(option.helpGroup(GROUP));
  return command;
}

/**
 * The secrets that the flags name.
 *
 * @param key The KMS key to seal with, if a flag names one.
 */
export async function connect(command: Command, key?: string): Promise<Credstash> {
  const options: ConnectionOptions = { ...command.parent?.opts(), ...command.opts() };
  const { profile, arn, table, compartment } = options;
  if (profile !== undefined && arn !== undefined) {
    command.error("error: option '--profile <profile>' cannot be used with option '--arn <arn>'");
  }
  const region = options.region ?? (await defaultRegion(profile));
  const identity = {
    profile,
    credentials: arn === undefined ? undefined : await role(arn, region),
  };
  return new Credstash({
    table,
    compartment,
    key,
    dynamodb: new DynamoDBClient(clientConfig({ region, ...identity })),
    kms: new KMSClient(clientConfig({ region: options.kmsRegion ?? region, ...identity })),
    onWarning: (warning) => process.stderr.write(`warning: ${warning}\n`),
  });
}

async function defaultRegion(profile: string | undefined): Promise<string> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  if (AWS_REGION || AWS_DEFAULT_REGION) return AWS_REGION || AWS_DEFAULT_REGION || '';
  // The SDK knows how to read the configuration's files.
  const client = new KMSClient(clientConfig({ profile }));
  return client.config.region().catch(() => FALLBACK_REGION);
}

async function role(arn: string, region: string) {
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const params = { RoleArn: arn, RoleSessionName: 'credstash' };
  return fromTemporaryCredentials({ params, clientConfig: { region } });
}
