import { isDeepStrictEqual } from 'node:util';

import { ListResourceTagsCommand, paginateListKeys, type KeyMetadata } from '@aws-sdk/client-kms';

import { CredstashError } from '../errors.js';
import { forEachPooled } from '../operations/bulk.js';
import { describeKey, keyArn } from './alias.js';
import { call, isAnswer } from './calls.js';
import type { Context } from './context.js';
import { keyPolicy } from './existing-key.js';

/** The tag of a key that says which alias it was made for: CreateKey itself can be given no alias. */
export const ALIAS_TAG = 'credstash:alias';

const LOOKUPS_AT_A_TIME = 8;

/**
 * The key that an earlier run made for an alias, without getting to make the alias.
 *
 * A tag is easily forged: so the key must have the policy that a run gives it. Of many, every run
 * chooses the same one: the oldest.
 */
export async function findUnfinishedKey(
  context: Context,
  aliasName: string,
  policy: unknown,
): Promise<KeyMetadata | undefined> {
  const found: KeyMetadata[] = [];
  await forEachPooled(await listKeys(context), LOOKUPS_AT_A_TIME, async (arn) => {
    if ((await aliasTag(context, arn)) !== aliasName) return;
    const key = await describeKey(context, arn);
    const isOurs =
      key.KeyState === 'Enabled' &&
      key.KeySpec === 'SYMMETRIC_DEFAULT' &&
      isDeepStrictEqual(await keyPolicy(context, arn), policy);
    if (isOurs) found.push(key);
  });
  const age = ({ CreationDate, Arn }: KeyMetadata) => `${CreationDate?.toISOString()} ${Arn}`;
  return found.sort((a, b) => (age(a) < age(b) ? -1 : 1))[0];
}

async function listKeys(context: Context): Promise<string[]> {
  const { kms: client } = context.clients;
  return call(client, 'kms:ListKeys', '*', async () => {
    const arns: string[] = [];
    for await (const { Keys = [] } of paginateListKeys({ client }, {})) {
      arns.push(...Keys.map(({ KeyArn = '' }) => KeyArn));
    }
    return arns;
  });
}

async function aliasTag(context: Context, arn: string): Promise<string | undefined> {
  const { kms } = context.clients;
  const command = new ListResourceTagsCommand({ KeyId: arn });
  try {
    const { Tags = [] } = await call(kms, 'kms:ListResourceTags', keyArn(context, '*'), () =>
      kms.send(command),
    );
    return Tags.find(({ TagKey }) => TagKey === ALIAS_TAG)?.TagValue;
  } catch (error) {
    if (isLockedAway(error) || isAnswer(error, 'NotFoundException')) return undefined;
    throw error;
  }
}

/**
 * Whether it is not for want of a permission that a key can't be seen: then it was not made here.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
function isLockedAway(error: unknown): boolean {
  return (
    error instanceof CredstashError &&
    error.code === 'ERR_ACCESS_DENIED' &&
    /resource-based policy|explicit deny/.test(error.message)
  );
}
