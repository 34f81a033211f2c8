import { AwsError } from '../errors.js';

/** What is done with secrets, as far as permissions tell it apart. */
type Deed = 'read' | 'list' | 'write' | 'delete';

/** What an action is needed for, unless the caller says otherwise. */
const DEEDS: Readonly<Partial<Record<string, Deed>>> = {
  'dynamodb:DeleteItem': 'delete',
  'dynamodb:GetItem': 'read',
  'dynamodb:PutItem': 'write',
  'dynamodb:Query': 'read',
  'dynamodb:Scan': 'list',
  'kms:Decrypt': 'read',
  'kms:GenerateDataKey': 'write',
};

/** The one grant of a compartment that allows a deed. */
const GRANTS: Readonly<Record<Exclude<Deed, 'delete'>, string>> = {
  read: 'The read grant of the compartment allows it, if its scope has this secret and context: grantRead, or the read policy.',
  list: 'A read grant without a scope allows it: grantRead(grantee), or the read policy; to list only, grantList.',
  write:
    'The write grant of the compartment allows it, if its scope has this secret and context: grantWrite, or the write policy.',
};

/**
 * What would allow a call that AWS refused.
 *
 * @param message The words of AWS.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function remedy(
  message: string,
  action: string,
  resource: string | readonly string[],
  deed = DEEDS[action],
): string {
  if (/explicit deny|boundary|control policy|session policy|endpoint policy/.test(message)) {
    return 'A policy denies it, so no grant can allow it: ask the owner of that policy.';
  }
  if (message.includes('no resource-based policy allows')) {
    return 'The policy of the table or the key must allow it, too: grant where the compartment is defined, or ask its owner.';
  }
  if (deed === 'delete') {
    const [, table = resource] = /on resource: (arn:\S+)/.exec(message) ?? [];
    return `The delete grant of the compartment allows it: grantDelete. So does this statement: ${statement(['dynamodb:DeleteItem', 'dynamodb:Query'], table)}`;
  }
  if (deed) return GRANTS[deed];
  // Some calls need a second action, such as that of adding tags.
  const [, refused = action] = /not authorized to perform: (\w+:\w+)/.exec(message) ?? [];
  return `This statement would allow it: ${statement(refused, resource)}`;
}

/** A policy statement, for an error's message. */
export function statement(
  action: string | readonly string[],
  resource: string | readonly string[],
): string {
  return JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource });
}

/**
 * Do what belongs to a deed. If AWS refuses a call, the error says what allows that deed: reading
 * and writing both use `dynamodb:Query`, for example.
 */
export async function inOrderTo<T>(deed: Deed, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ERR_ACCESS_DENIED') throw error;
    const { action, resource, detail } = error.call;
    const call = { ...error.call, advice: remedy(detail, action, resource, deed) };
    throw new AwsError(error.code, call, { cause: error.cause });
  }
}
