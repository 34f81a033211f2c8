import { isDeepStrictEqual } from 'node:util';

import { paginateListKeys } from '@aws-sdk/client-kms';

import { isAnswer } from '../aws/call.js';
import { CredstashError } from '../errors.js';
import { describeKey, keyPolicy, keyTags, type Key } from './existing-key.js';
import type { Run } from './run.js';

/** The tag that names the alias a key was created for: CreateKey itself takes no alias. */
export const ALIAS_TAG = 'credstash:alias';

/** The keys of a page are looked at together. */
const PAGE_SIZE = 20;

/**
 * The key that an earlier run created for an alias, and stopped before it created the alias.
 *
 * Anybody can set a tag, so the key must have the policy that a run gives it. Of several such keys,
 * every run chooses the oldest.
 */
export async function findUnfinishedKey(
  run: Run,
  alias: string,
  policy: object,
): Promise<Key | undefined> {
  const found: Key[] = [];
  const look = async (arn: string) => {
    if ((await aliasTag(run, arn)) !== alias) return;
    const key = await describeKey(run, arn);
    const isOurs =
      key.KeyState === 'Enabled' &&
      key.KeySpec === 'SYMMETRIC_DEFAULT' &&
      isDeepStrictEqual(await keyPolicy(run, arn), policy);
    if (isOurs) found.push(key);
  };
  for await (const { Keys = [] } of paginateListKeys(
    { client: run.kms, pageSize: PAGE_SIZE },
    {},
  )) {
    await Promise.all(Keys.map(({ KeyArn = '' }) => look(KeyArn)));
  }
  const age = ({ CreationDate, Arn }: Key) => `${CreationDate?.toISOString()} ${Arn}`;
  return found.sort((a, b) => (age(a) < age(b) ? -1 : 1))[0];
}

async function aliasTag(run: Run, arn: string): Promise<string | undefined> {
  try {
    return (await keyTags(run, arn))[ALIAS_TAG];
  } catch (error) {
    if (isLockedAway(error) || isAnswer(error, 'NotFoundException')) return undefined;
    throw error;
  }
}

/**
 * Whether it is not the caller's permissions that hide a key: then no run of the caller created it.
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
