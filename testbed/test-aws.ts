import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

import { Compartment, type CompartmentProps } from '../lib';
import { applyTemplate, LocalAws, type Physical, type Target, type Template } from '.';
import { assumeRole } from './stand-up';

export const REGION = 'us-east-1';

/** An AWS with compartments, and roles, made from what the constructs synthesize. */
export class TestAws {
  private constructor(
    readonly aws: LocalAws,
    readonly target: Target,
    /** What was made, by logical id. */
    readonly made: ReadonlyMap<string, Physical>,
  ) {}

  /** @param build Adds to a stack what there shall be. */
  static async start(build: (stack: Stack) => void): Promise<TestAws> {
    const template = synthesize(build);
    const aws = await LocalAws.start();
    const target = { endpoint: aws.endpoint, region: REGION, credentials: aws.admin };
    try {
      return new TestAws(aws, target, await applyTemplate(template, target));
    } catch (error) {
      // What is left running would keep the test runner from ending.
      await aws.stop();
      throw error;
    }
  }

  /** Clients that call as the administrator. */
  clients() {
    return { dynamodb: new DynamoDBClient(this.target), kms: new KMSClient(this.target) };
  }

  /** Clients that call as a role. */
  async clientsOf(role: string) {
    const env = await assumeRole(this.target, role);
    const credentials = {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN,
    };
    const config = { ...this.target, credentials };
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

/** The template of one stack. */
export function synthesize(build: (stack: Stack) => void): Template {
  const app = new App();
  build(new Stack(app, 'Stack'));
  return app.synth().getStackByName('Stack').template as Template;
}

/** A compartment, and the roles `reader` and `writer`, each with the managed policy. */
export function standardCompartment(stack: Stack, props: CompartmentProps = {}): Compartment {
  const compartment = new Compartment(stack, 'Compartment', props);
  role(stack, 'reader').addManagedPolicy(compartment.readPolicy);
  role(stack, 'writer').addManagedPolicy(compartment.writePolicy);
  return compartment;
}

/** A role that any identity of the account may assume. */
export function role(stack: Stack, name: string): iam.Role {
  const assumedBy = new iam.AccountPrincipal(stack.account);
  return new iam.Role(stack, name, { roleName: name, assumedBy });
}
