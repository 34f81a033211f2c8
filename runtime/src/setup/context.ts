import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { KMSClient } from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';

import { call } from './calls.js';
import type { Tags } from './tags.js';

export interface Clients {
  readonly dynamodb: DynamoDBClient;
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  /** One that tries once: a second CreateKey makes a second key. */
  readonly kmsOnce: KMSClient;
  readonly sts: STSClient;
}

/** What all changes of one run share. */
export interface Context {
  readonly clients: Clients;
  /** The ARN of the caller. */
  readonly caller: string;
  readonly partition: string;
  readonly account: string;
  /** The region of the table. */
  readonly region: string;
  readonly kmsRegion: string;
  /** For every resource. */
  readonly tags: Tags;
  /** Told of each step as it begins. */
  readonly tell: (step: string) => void;
  /** What this run made or changed, so far. */
  readonly made: string[];
  /** The aliases that this run made. */
  readonly aliasesMade: Set<string>;
  /** Whether another run may be making the same resources. */
  othersAtWork: boolean;
}

/** Find out whose account it is. */
export async function createContext(
  clients: Clients,
  { tags = {}, tell = () => undefined }: Partial<Pick<Context, 'tags' | 'tell'>> = {},
): Promise<Context> {
  const { sts, dynamodb, kms } = clients;
  const { Arn = '', Account: account = '' } = await call(sts, 'sts:GetCallerIdentity', '*', () =>
    sts.send(new GetCallerIdentityCommand({})),
  );
  const [, partition = ''] = Arn.split(':');
  return {
    clients,
    caller: Arn,
    partition,
    account,
    region: await dynamodb.config.region(),
    kmsRegion: await kms.config.region(),
    tags,
    tell,
    made: [],
    aliasesMade: new Set(),
    othersAtWork: false,
  };
}

/**
 * Do one step that changes something: tell of it, and remember what it made.
 *
 * @param made For people, for example `table credential-store`.
 */
export async function step<T>(
  { tell, made: done }: Context,
  telling: string,
  made: string,
  run: () => Promise<T>,
): Promise<T> {
  tell(telling);
  const result = await run();
  done.push(made);
  return result;
}
