import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { Option, type Command } from 'commander';

import { clientConfig } from '../../aws/client.js';
import { Credstash } from '../../credstash.js';
import { CredstashError } from '../../errors.js';
import { savedKmsRegion } from './config-file.js';
import { LOG_LEVELS } from '../output/log.js';

/** Flags that any command takes, before its name or after it. */
export interface GlobalOptions {
  readonly region?: string;
  readonly kmsRegion?: string;
  readonly table?: string;
  readonly compartment?: string;
  readonly profile?: string;
  readonly arn?: string;
  readonly logLevel?: (typeof LOG_LEVELS)[number];
  readonly logFile?: string;
}

/** The region of Python credstash when nothing names one. */
const FALLBACK_REGION = 'us-east-1';

const silent = () => undefined;

/** The SDK warns of credentials that it passes over: the flags say which are meant. */
const SILENT_LOGGER = { debug: silent, info: silent, warn: silent, error: silent };

/**
 * Take the flags of every command.
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
    new Option('--log-level <level>', 'errors are logged up to ERROR').choices(LOG_LEVELS),
    new Option('--log-file <file>', 'log errors, with their stacks, to a file (default: to none)'),
  ];
  for (const option of options) command.addOption(option.helpGroup('Of every command:'));
  return command;
}

/** The flags of every command, wherever they were given: the last one prevails. */
export function globalOptions(command: Command): GlobalOptions {
  return { ...command.parent?.opts(), ...command.opts() };
}

/**
 * The secrets that the flags name.
 *
 * @param key The KMS key to seal with, if a flag names one.
 */
export async function connect(command: Command, key?: string): Promise<Credstash> {
  const { table, compartment } = globalOptions(command);
  const { service, kms } = await clientConfigs(command);
  const told = new Set<string>();
  return new Credstash({
    table,
    compartment,
    key,
    dynamodb: new DynamoDBClient(service),
    kms: new KMSClient(kms),
    onWarning: (warning) => {
      if (!told.has(warning)) process.stderr.write(`warning: ${warning}\n`);
      told.add(warning);
    },
  });
}

/**
 * What the clients are made with that the flags name: that of KMS, and all others.
 *
 * @param unnamedKmsRegion The region of the key, unless a flag names one.
 */
export async function clientConfigs(command: Command, unnamedKmsRegion?: string) {
  const { profile, arn, ...regions } = globalOptions(command);
  if (profile !== undefined && arn !== undefined) {
    command.error("error: option '--profile <profile>' cannot be used with option '--arn <arn>'");
  }
  const region = regions.region ?? (await defaultRegion(profile));
  const kmsRegion = regions.kmsRegion ?? unnamedKmsRegion ?? (await savedKmsRegion()) ?? region;
  const credentials = arn === undefined ? undefined : await roleCredentials(arn, region);
  const identity = { profile, credentials, logger: SILENT_LOGGER };
  return {
    service: clientConfig({ region, ...identity }),
    kms: clientConfig({ region: kmsRegion, ...identity }),
  };
}

async function defaultRegion(profile: string | undefined): Promise<string> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  if (AWS_REGION || AWS_DEFAULT_REGION) return AWS_REGION || AWS_DEFAULT_REGION || '';
  // The SDK knows how to read the configuration's files.
  const client = new KMSClient(clientConfig({ profile }));
  return client.config.region().catch(() => FALLBACK_REGION);
}

/** @throws ERR_CREDENTIALS */
async function roleCredentials(arn: string, region: string) {
  // Only a command with --arn loads it.
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const params = { RoleArn: arn, RoleSessionName: 'credstash' };
  try {
    return await fromTemporaryCredentials({ params, clientConfig: { region } })();
  } catch (cause) {
    const { name, message } = cause as Error;
    throw new CredstashError(
      'ERR_CREDENTIALS',
      `Can't assume the role ${arn} (${name}: ${message}).`,
      { cause },
    );
  }
}
