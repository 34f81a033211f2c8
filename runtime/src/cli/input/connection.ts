import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { InvalidArgumentError, Option, type Command } from 'commander';

import { clientConfig } from '../../aws/client.js';
import { withDeadline } from '../../aws/deadline.js';
import { refuseForeignAnswers } from '../../aws/foreign-answer.js';
import { Credstash } from '../../credstash.js';
import { CredstashError } from '../../errors.js';
import { savedKmsRegion } from './config-file.js';
import { interrupted } from '../output/interruption.js';
import { LOG_LEVELS } from '../output/log.js';
import { printError } from '../output/terminal.js';

/** Flags of every command, before or after its name. */
export interface GlobalOptions {
  readonly region?: string;
  readonly kmsRegion?: string;
  readonly table?: string;
  readonly compartment?: string;
  readonly profile?: string;
  readonly arn?: string;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly logLevel?: (typeof LOG_LEVELS)[number];
  readonly logFile?: string;
}

/** The region that Python credstash uses if none is set. */
const FALLBACK_REGION = 'us-east-1';

const silent = () => undefined;

/** The SDK warns about credentials that it ignores, but the flags have chosen which to use. */
const SILENT_LOGGER = { debug: silent, info: silent, warn: silent, error: silent };

/**
 * Add the flags of every command.
 *
 * @param arnFlags The flags for the role: `get` uses `-n` for something else.
 */
export function addConnectionOptions(command: Command, arnFlags = '--arn <arn>'): Command {
  const options = [
    new Option('-r, --region <region>', 'AWS region of the table and the key'),
    new Option('--kms-region <region>', 'AWS region of the key, if it differs'),
    new Option('-t, --table <table>', 'DynamoDB table (env: CREDSTASH_DEFAULT_TABLE)'),
    new Option('--compartment <name>', 'compartment (env: CREDSTASH_COMPARTMENT)'),
    new Option('-p, --profile <profile>', 'AWS profile').conflicts('arn'),
    new Option(arnFlags, 'IAM role to assume').conflicts('profile'),
    new Option(
      '--timeout <seconds>',
      'end after this time (default: 30 for each call to AWS, with its retries)',
    ).argParser(milliseconds),
    new Option('--log-level <level>', 'minimum level of the log; only errors are logged').choices(
      LOG_LEVELS,
    ),
    new Option('--log-file <file>', 'log errors with stack traces to a file (default: no log)'),
  ];
  for (const option of options) command.addOption(option.helpGroup('Global options:'));
  return command;
}

function milliseconds(seconds: string): number {
  const number = Number(seconds);
  if (number >= 0.001 && number <= 86_400) return number * 1000;
  throw new InvalidArgumentError('It must be a number of seconds, from 0.001 to 86400.');
}

/** The flags of every command. A flag after the command's name overrides one before it. */
export function globalOptions(command: Command): GlobalOptions {
  return { ...command.parent?.opts(), ...command.opts() };
}

/**
 * The client for the compartment that the flags choose.
 *
 * @param key The KMS key to encrypt with, if a flag names one.
 */
export async function connect(command: Command, key?: string): Promise<Credstash> {
  const { table, compartment, timeout } = globalOptions(command);
  const { service, kms } = await clientConfigs(command);
  const dynamodb = refuseForeignAnswers(new DynamoDBClient(service));
  const told = new Set<string>();
  return new Credstash({
    table,
    compartment,
    key,
    timeout,
    dynamodb,
    // Credentials are found once, for both.
    kms: refuseForeignAnswers(new KMSClient({ ...kms, credentials: dynamodb.config.credentials })),
    onWarning: (warning) => {
      if (!told.has(warning)) printError(`warning: ${warning}`);
      told.add(warning);
    },
  });
}

/**
 * The configuration of the AWS clients, from the flags: for KMS, and for all others.
 *
 * @param unnamedKmsRegion The region of the key, unless a flag names one.
 */
export async function clientConfigs(command: Command, unnamedKmsRegion?: string) {
  const { profile, arn, timeout, ...regions } = globalOptions(command);
  if (profile !== undefined && arn !== undefined) {
    command.error("error: option '--profile <profile>' cannot be used with option '--arn <arn>'");
  }
  // As for Python, an empty region is none.
  const region = regions.region || (await defaultRegion(profile));
  const kmsRegion = regions.kmsRegion || unnamedKmsRegion || (await savedKmsRegion()) || region;
  const credentials = arn === undefined ? undefined : await roleCredentials(arn, region, timeout);
  const identity = { profile, credentials, logger: SILENT_LOGGER };
  return {
    service: clientConfig({ region, ...identity }, timeout),
    kms: clientConfig({ region: kmsRegion, ...identity }, timeout),
  };
}

async function defaultRegion(profile: string | undefined): Promise<string> {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  if (AWS_REGION || AWS_DEFAULT_REGION) return AWS_REGION || AWS_DEFAULT_REGION || '';
  // The SDK reads AWS's configuration files.
  const client = new KMSClient(clientConfig({ profile }));
  return client.config.region().catch(() => FALLBACK_REGION);
}

/** @throws ERR_CREDENTIALS */
async function roleCredentials(arn: string, region: string, timeout: number | undefined) {
  // Loaded only with --arn.
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const params = { RoleArn: arn, RoleSessionName: 'credstash' };
  const config = clientConfig({ region }, timeout);
  const assume = fromTemporaryCredentials({ params, clientConfig: config });
  try {
    return await withDeadline(() => assume(), { signal: interrupted, timeout });
  } catch (cause) {
    interrupted.throwIfAborted();
    const { name, message } = cause as Error;
    throw new CredstashError(
      'ERR_CREDENTIALS',
      `Can't assume the role ${arn} (${name}: ${message}).`,
      { cause },
    );
  }
}
