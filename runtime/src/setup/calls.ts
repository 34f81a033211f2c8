import { setTimeout } from 'node:timers/promises';

import { awsError } from '../aws/errors.js';

/** A client of the AWS SDK. */
interface Client {
  readonly config: { readonly region: () => Promise<string> };
}

const SERVICES = { dynamodb: 'DynamoDB', iam: 'IAM', kms: 'KMS', sts: 'STS' } as const;

type Action = `${keyof typeof SERVICES}:${string}`;

/**
 * Make a call.
 *
 * @param action As policies name it, for example `kms:CreateKey`.
 * @param resource What a policy must allow it on: ARNs, or `*`.
 * @throws CredstashError that names both, and when it is denied, the statement that allows it
 */
export async function call<T>(
  client: Client,
  action: Action,
  resource: string | readonly string[],
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send();
  } catch (cause) {
    const on = [resource].flat().join(' and ');
    throw await awsError(cause, {
      service: SERVICES[action.slice(0, action.indexOf(':')) as keyof typeof SERVICES],
      resource: on,
      describe: (detail) => `Could not call ${action} on ${on} (${detail})`,
      region: () => client.config.region(),
      advice: { ERR_ACCESS_DENIED: remedy(cause as Error, action, resource) },
    });
  }
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function remedy({ message }: Error, action: Action, resource: string | readonly string[]): string {
  if (/explicit deny|boundary|control policy|session policy|resource-based policy/.test(message)) {
    return 'No statement of yours can allow it: ask whoever holds the policy that refuses.';
  }
  // Some calls need a second action, such as that of adding tags.
  const [, refused = action] = /not authorized to perform: (\w+:\w+)/.exec(message) ?? [];
  return `This statement would allow it: ${statement(refused, resource)}`;
}

/** A statement, as the words of an error. */
export function statement(action: string, resource: string | readonly string[]): string {
  return JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource });
}

/** What a call gives, or nothing, if AWS answers with the error of this name. */
export async function unless<T>(errorName: string, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isAnswer(error, errorName)) return undefined;
    throw error;
  }
}

/** Whether a failed call was answered with the error of this name. */
export function isAnswer(error: unknown, errorName: string): boolean {
  const { cause } = error as Error;
  return cause instanceof Error && cause.name === errorName;
}

/** Long enough for nearly all that AWS needs to find what it has made. */
const PATIENCE_MS = 20_000;
const INTERVAL_MS = 500;

/**
 * Make a call on what was only just made: for some seconds, AWS may not find it.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/accessing-kms.html#programming-eventual-consistency
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export async function eventually<T>(
  errorName: string,
  attempt: () => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isAnswer(error, errorName) || Date.now() > end) throw error;
    }
    await setTimeout(INTERVAL_MS);
  }
}
