import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { IAM } from '@aws-sdk/client-iam';
import { KMS, type KMSClientConfig } from '@aws-sdk/client-kms';
import { STS } from '@aws-sdk/client-sts';

import { call, type Action } from '../aws/call.js';
import type { AwsClient } from '../aws/client.js';
import { refuseForeignAnswers } from '../aws/foreign-answer.js';
import { CallRetryStrategy, isTurnedAway } from '../aws/retry.js';
import { eventually, type Patience } from './patience.js';

export interface Clients {
  readonly dynamodb: DynamoDB;
  readonly iam: IAM;
  readonly kms: KMS;
  /** Retries only what AWS did not look at: a second CreateKey would create a second key. */
  readonly kmsOnce: KMS;
  readonly sts: STS;
  /** Milliseconds for a call with all its retries. */
  readonly timeout?: number | undefined;
}

type Config = Pick<
  KMSClientConfig,
  'credentials' | 'endpoint' | 'logger' | 'maxAttempts' | 'profile' | 'region' | 'retryMode'
>;

/** @param kms The configuration for KMS: the key may be in another region. */
export function createClients(service: Config, kms = service, timeout?: number): Clients {
  return {
    dynamodb: refuseForeignAnswers(new DynamoDB(service)),
    iam: refuseForeignAnswers(new IAM(service)),
    kms: refuseForeignAnswers(new KMS(kms)),
    kmsOnce: refuseForeignAnswers(
      new KMS({ ...kms, retryStrategy: new CallRetryStrategy(isTurnedAway) }),
    ),
    sts: refuseForeignAnswers(new STS(service)),
    timeout,
  };
}

/** Where the resources of a compartment are. */
export interface Place {
  readonly partition: string;
  readonly account: string;
  /** The region of the table. */
  readonly region: string;
  readonly kmsRegion: string;
}

type Service = 'dynamodb' | 'iam' | 'kms';

export function arnOf(place: Place, service: Service, resource: string): string {
  const region = { dynamodb: place.region, iam: '', kms: place.kmsRegion }[service];
  return `arn:${place.partition}:${service}:${region}:${place.account}:${resource}`;
}

/**
 * How AWS answers, for some time, about what was just created, or while a table is being changed.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/accessing-kms.html#programming-eventual-consistency
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
const NOT_YET: Readonly<Partial<Record<Action, string>>> = {
  'dynamodb:TagResource': 'ResourceInUseException',
  'dynamodb:UpdateContinuousBackups': 'ContinuousBackupsUnavailableException',
  'dynamodb:UpdateTable': 'ResourceInUseException',
  'iam:AttachRolePolicy': 'NoSuchEntityException',
  'kms:CreateAlias': 'NotFoundException',
  'kms:EnableKeyRotation': 'NotFoundException',
  'kms:GetKeyPolicy': 'NotFoundException',
  'kms:GetKeyRotationStatus': 'NotFoundException',
  'kms:ScheduleKeyDeletion': 'NotFoundException',
};

/**
 * Copies of clients whose errors name the action and the ARN that a policy must allow, and which
 * make a call again while AWS answers as in `NOT_YET`.
 */
export function patientClients(clients: Clients, place: Place, patience: Patience): Clients {
  const { dynamodb, iam, kms, kmsOnce, sts, timeout } = clients;
  const patient = <Client extends AwsClient>(client: Client, service: Service): Client => {
    const patienceMs = service === 'dynamodb' ? patience.tableMs : patience.consistencyMs;
    const copy = Object.create(client) as KMS;
    copy.middlewareStack = (client as unknown as KMS).middlewareStack.clone();
    copy.middlewareStack.add(
      (next, { commandName = '' }) =>
        (args) => {
          const action: Action = `${service}:${commandName.replace(/Command$/, '')}`;
          const resource = resourceOf(action, args.input as Input, place);
          const attempt = () => call(client, action, resource, () => next(args), { timeout });
          const notYet = NOT_YET[action];
          return notYet ? eventually(notYet, attempt, patience, patienceMs) : attempt();
        },
      { step: 'initialize', priority: 'high' },
    );
    return copy as unknown as Client;
  };
  return {
    dynamodb: patient(dynamodb, 'dynamodb'),
    iam: patient(iam, 'iam'),
    kms: patient(kms, 'kms'),
    kmsOnce: patient(kmsOnce, 'kms'),
    sts,
    timeout,
  };
}

type Input = Readonly<Partial<Record<string, string>>>;

/** What a policy must allow a call on: ARNs, or `*`. */
function resourceOf(action: Action, input: Input, place: Place): string | string[] {
  const { AliasName, KeyId, PolicyArn, ResourceArn, RoleName, TableName, TargetKeyId } = input;
  if (AliasName && TargetKeyId) return [arnOf(place, 'kms', AliasName), TargetKeyId];
  // The tags of all keys are looked at, so one statement should allow it for all.
  if (action === 'kms:ListResourceTags' || KeyId?.startsWith('alias/'))
    return arnOf(place, 'kms', 'key/*');
  if (RoleName) return arnOf(place, 'iam', `role/${RoleName}`);
  if (TableName) return arnOf(place, 'dynamodb', `table/${TableName}`);
  if (action === 'iam:CreatePolicy')
    return arnOf(place, 'iam', `policy${input.Path}${input.PolicyName}`);
  return KeyId ?? PolicyArn ?? ResourceArn ?? '*';
}
