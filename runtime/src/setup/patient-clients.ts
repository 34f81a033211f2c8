import { call, type Action } from '../aws/call.js';
import type { AwsClient } from '../aws/client.js';
import { arnOf, type Clients, type Place } from './clients.js';
import { eventually, type Patience } from './patience.js';

/**
 * How AWS answers, for some time, about what was just created, or while a table is being changed.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/accessing-kms.html#programming-eventual-consistency
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetResourcePolicy.html
 */
const NOT_YET: Readonly<Partial<Record<Action, string>>> = {
  'dynamodb:GetResourcePolicy': 'ResourceNotFoundException',
  'dynamodb:TagResource': 'ResourceInUseException',
  'dynamodb:UpdateContinuousBackups': 'ContinuousBackupsUnavailableException',
  'dynamodb:UpdateTable': 'ResourceInUseException',
  'iam:AttachRolePolicy': 'NoSuchEntityException',
  'kms:CreateAlias': 'NotFoundException',
  'kms:EnableKeyRotation': 'NotFoundException',
  'kms:GetKeyPolicy': 'NotFoundException',
  'kms:GetKeyRotationStatus': 'NotFoundException',
  'kms:ListGrants': 'NotFoundException',
  'kms:ScheduleKeyDeletion': 'NotFoundException',
};

/** What is common to the clients of all services. */
interface AnyClient extends AwsClient {
  send(command: Command, options?: object): Promise<unknown>;
}

interface Command {
  readonly input: Input;
}

type Input = Readonly<Partial<Record<string, string>>>;

/**
 * Copies of clients whose errors name the action and the ARN that a policy must allow, whose calls
 * have a deadline, and which make a call again while AWS answers as in `NOT_YET`.
 *
 * @param timeout Milliseconds for a call with all its retries; the default of every call if undefined.
 */
export function patientClients(
  clients: Clients,
  place: Place,
  patience: Patience,
  timeout?: number,
): Clients {
  type Service = 'dynamodb' | 'iam' | 'kms' | 'tag';
  const patient = <Client extends object>(client: Client, service: Service): Client => {
    const original = client as unknown as AnyClient;
    const patienceMs = service === 'dynamodb' ? patience.tableMs : patience.consistencyMs;
    const send: AnyClient['send'] = (command, options) => {
      const action: Action = `${service}:${command.constructor.name.replace(/Command$/, '')}`;
      const resource = resourceOf(action, command.input, place);
      const attempt = () =>
        call(
          original,
          action,
          resource,
          (limits) => original.send(command, { ...options, ...limits }) as Promise<object>,
          { timeout },
        );
      const notYet = NOT_YET[action];
      return notYet ? eventually(notYet, attempt, patience, patienceMs) : attempt();
    };
    return Object.assign(Object.create(client) as Client, { send });
  };
  const { dynamodb, iam, kms, kmsOnce, sts, tagging, inRegion } = clients;
  return {
    dynamodb: patient(dynamodb, 'dynamodb'),
    iam: patient(iam, 'iam'),
    kms: patient(kms, 'kms'),
    kmsOnce: patient(kmsOnce, 'kms'),
    sts,
    tagging: patient(tagging, 'tag'),
    inRegion: (region) => {
      const elsewhere = inRegion(region);
      return {
        dynamodb: patient(elsewhere.dynamodb, 'dynamodb'),
        kms: patient(elsewhere.kms, 'kms'),
      };
    },
  };
}

/** What a policy must allow a call on: ARNs, or `*`. */
function resourceOf(action: Action, input: Input, place: Place): string | string[] {
  const { AliasName, KeyId, PolicyArn, ResourceArn, RoleName, TableName, TargetKeyId } = input;
  if (AliasName && TargetKeyId) return [arnOf(place, 'kms', AliasName), TargetKeyId];
  if (KeyId?.startsWith('alias/')) return arnOf(place, 'kms', 'key/*');
  if (RoleName) return arnOf(place, 'iam', `role/${RoleName}`);
  if (TableName) return arnOf(place, 'dynamodb', `table/${TableName}`);
  if (action === 'iam:CreatePolicy')
    return arnOf(place, 'iam', `policy${input.Path}${input.PolicyName}`);
  return KeyId ?? PolicyArn ?? ResourceArn ?? '*';
}
