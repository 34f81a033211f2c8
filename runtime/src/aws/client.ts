import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KMSClient } from '@aws-sdk/client-kms';

import { CredstashError } from '../errors.js';
import { proxyAgents } from './proxy.js';
import { CallRetryStrategy } from './retry.js';

/** A client of the AWS SDK for JavaScript v3, of 3.940 or later. */
export interface AwsClient {
  readonly config: {
    readonly region: () => Promise<string>;
    readonly serviceId: string;
    /** What finds credentials, and keeps them. */
    readonly credentials?: (options?: { readonly forceRefresh?: boolean }) => Promise<unknown>;
  };
  send(command: never, options?: never): Promise<unknown>;
}

interface SdkClients {
  readonly DynamoDB: DynamoDBClient;
  readonly KMS: KMSClient;
}

/**
 * A client that a caller gave, as the SDK's class.
 *
 * @throws ERR_INVALID_ARGUMENT if it is not a client of this service
 */
export function clientOf<S extends keyof SdkClients>(service: S, client: unknown): SdkClients[S] {
  // A program in JavaScript, or with two clients to mix up, can pass anything.
  const serviceId = serviceIdOf(client);
  if (serviceId === service) return client as SdkClients[S];
  const other = typeof serviceId === 'string' ? serviceId : 'something else';
  throw new CredstashError(
    'ERR_INVALID_ARGUMENT',
    `The client of ${service} must be a ${service}Client of the AWS SDK for JavaScript v3, not of ${other}.`,
  );
}

function serviceIdOf(client: unknown): unknown {
  try {
    return (client as AwsClient).config.serviceId;
  } catch {
    return undefined;
  }
}

/** The part of an AWS SDK client's configuration that the caller chooses. */
interface ClientChoice {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}

/** Milliseconds for a connection to be made, and for a request to be answered, in each attempt. */
const CONNECTION_TIMEOUT = 3000;
const REQUEST_TIMEOUT = 10_000;

/**
 * The configuration of every AWS client: it retries, never waits without end, and goes through the
 * proxy that the environment names.
 *
 * @param timeout Milliseconds that a call may take: time for three attempts, if they are not answered.
 */
export function clientConfig<T extends ClientChoice>(choice: T, timeout = Infinity) {
  const chosen = Object.entries(choice).filter(([, value]) => value !== undefined);
  return {
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT,
      requestTimeout: Math.min(REQUEST_TIMEOUT, timeout / 3),
      throwOnRequestTimeout: true,
      ...proxyAgents(process.env),
    },
    ...retries(process.env),
    ...(Object.fromEntries(chosen) as Chosen<T>),
  };
}

type Chosen<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The retries that the environment asks for, as it does of every AWS tool; or else our own. */
function retries({ AWS_RETRY_MODE, AWS_MAX_ATTEMPTS }: NodeJS.ProcessEnv) {
  if (AWS_RETRY_MODE) return {};
  const attempts = Number(AWS_MAX_ATTEMPTS);
  return { retryStrategy: new CallRetryStrategy(undefined, attempts >= 1 ? attempts : undefined) };
}
