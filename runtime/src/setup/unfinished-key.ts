import { paginateGetResources } from '@aws-sdk/client-resource-groups-tagging-api';

import { isAnswer } from '../aws/call.js';
import { CredstashError } from '../errors.js';
import { describeKey } from './existing-key.js';
import { keyDeviations, type Key } from './key-trust.js';
import type { KeyProperties } from './resources.js';
import type { Run } from './run.js';

/** The tag that names the alias a key was created for: CreateKey itself takes no alias. */
export const ALIAS_TAG = 'credstash:alias';

/**
 * The key that an earlier run created for an alias, and stopped before it created the alias.
 *
 * Anybody can set a tag, so the key must be as a run makes it. Of several such keys, every run
 * chooses the oldest.
 */
export async function findUnfinishedKey(
  run: Run,
  wanted: KeyProperties,
  alias: string,
): Promise<Key | undefined> {
  const found: Key[] = [];
  const tagged = {
    ResourceTypeFilters: ['kms'],
    TagFilters: [{ Key: ALIAS_TAG, Values: [alias] }],
  };
  for await (const page of paginateGetResources({ client: run.tagging }, tagged)) {
    const arns = (page.ResourceTagMappingList ?? []).flatMap(
      ({ ResourceARN }) => ResourceARN ?? [],
    );
    found.push(...(await Promise.all(arns.map((arn) => ownKey(run, wanted, arn)))).flat());
  }
  const age = ({ CreationDate, Arn }: Key) => `${CreationDate?.toISOString()} ${Arn}`;
  return found.sort((a, b) => (age(a) < age(b) ? -1 : 1))[0];
}

/** A key, if it is enabled, and as a run makes it. */
async function ownKey(run: Run, wanted: KeyProperties, arn: string): Promise<Key[]> {
  try {
    const key = await describeKey(run, arn);
    const isUsable = key.KeyState === 'Enabled' && key.KeySpec === 'SYMMETRIC_DEFAULT';
    return isUsable && (await keyDeviations(run, wanted, key)).length === 0 ? [key] : [];
  } catch (error) {
    // Tags are listed for some time after their key was deleted.
    if (isLockedAway(error) || isAnswer(error, 'NotFoundException')) return [];
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
