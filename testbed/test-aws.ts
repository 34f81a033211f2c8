import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';

import { LocalAws, type Target, type Template } from '.';
import { compartmentNames } from '../runtime/src/compartment.js';
import { createClients } from '../runtime/src/setup/clients.js';
import { PATIENCE } from '../runtime/src/setup/patience.js';
import { planSetup } from '../runtime/src/setup/setup.js';
import { assumeRole, createRole } from './stand-up';

export const REGION = 'us-east-1';

/** The template of a compartment, which the build makes of the construct. */
export const COMPARTMENT_TEMPLATE = JSON.parse(
  readFileSync(join(__dirname, '../runtime/dist/compartment.template.json'), 'utf8'),
) as Template;

/** An AWS in memory, for one test file. */
export class TestAws {
  private constructor(
    readonly aws: LocalAws,
    readonly target: Target,
  ) {}

  /**
   * Start an AWS that has compartments, with the roles `reader` and `writer` for the default one.
   *
   * @param options.compartments More of them, by name.
   * @param options.roles Roles that may do nothing, by name.
   */
  static start(
    options: { readonly compartments?: readonly string[]; readonly roles?: readonly string[] } = {},
  ): Promise<TestAws> {
    return TestAws.startWith(async (target) => {
      for (const compartment of ['credstash', ...(options.compartments ?? [])]) {
        await setUp(target, compartment);
      }
      await createRole(target, 'reader', 'credstash-read-secrets');
      await createRole(target, 'writer', 'credstash-write-secrets');
      for (const name of options.roles ?? []) await createRole(target, name);
    });
  }

  /** @param fill Creates what the AWS has when the tests begin. */
  static async startWith(
    fill: (target: Target, aws: LocalAws) => Promise<unknown>,
  ): Promise<TestAws> {
    const aws = await LocalAws.start();
    const target = { endpoint: aws.endpoint, region: REGION, credentials: aws.admin };
    try {
      await fill(target, aws);
      return new TestAws(aws, target);
    } catch (error) {
      // What is left running would keep the test runner from ending.
      await aws.stop();
      throw error;
    }
  }

  /** Clients that call as the administrator. */
  clients(target = this.target) {
    return { dynamodb: new DynamoDBClient(target), kms: new KMSClient(target) };
  }

  /** Clients that call as a role: of the account of the resources, unless `target` says otherwise. */
  async clientsOf(role: string, target = this.target) {
    const env = await assumeRole(target, role);
    const credentials = {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN,
    };
    const config = { ...target, credentials };
    return { dynamodb: new DynamoDBClient(config), kms: new KMSClient(config) };
  }

  /** The environment of a process that calls as a role, or else as the administrator. */
  async env(role?: string): Promise<NodeJS.ProcessEnv> {
    const { accessKeyId, secretAccessKey } = this.aws.admin;
    const identity = role
      ? await assumeRole(this.target, role)
      : { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    return { AWS_ENDPOINT_URL: this.aws.endpoint, AWS_REGION: REGION, ...identity };
  }

  /** What was called since the last time, in order. */
  takeCalls(): string[] {
    return this.takeRequests().map(({ call }) => call);
  }

  /** What was called since the last time, in order, with its parameters. */
  takeRequests() {
    return this.aws.requests.splice(0);
  }
}

async function setUp(target: Target, compartment: string): Promise<void> {
  const { key, table, readPolicy, writePolicy } = compartmentNames({ compartment }, {});
  const parameters = {
    KeyAlias: key,
    TableName: table,
    ReadPolicyName: readPolicy,
    WritePolicyName: writePolicy,
  };
  // The embedded AWS is quick.
  const patience = { ...PATIENCE, intervalMs: 10 };
  const request = { parameters, readers: [], writers: [], patience };
  await (await planSetup(COMPARTMENT_TEMPLATE, request, createClients(target))).apply();
}
