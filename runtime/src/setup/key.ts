import { isAnswer } from '../aws/call.js';
import { statement } from '../aws/refusal.js';
import { AwsError, CredstashError } from '../errors.js';
import type { Change } from './change.js';
import {
  describeKey,
  enableRotation,
  keyOfAlias,
  kmsTags,
  planExistingKey,
} from './existing-key.js';
import type { Key } from './key-trust.js';
import { eventually, poll } from './patience.js';
import type { KeyProperties } from './resources.js';
import { step, type Run } from './run.js';
import { tagNotes } from './tags.js';
import { ALIAS_TAG, findUnfinishedKey } from './unfinished-key.js';

/** The shortest time that KMS allows (AWS, "ScheduleKeyDeletion"). */
const DELETION_DAYS = 7;

export interface KeyChange extends Change {
  /** The ARN of the key, or what stands for it while there is none. */
  readonly arn: string;
  /** @returns the ARN of a key that was not known before */
  readonly apply?: (othersAtWork?: boolean) => Promise<string | undefined>;
}

/**
 * Plan the change of a key and of its alias, by which it is found.
 *
 * @throws ERR_KEY_UNAVAILABLE if the key that exists can't seal secrets; ERR_UNTRUSTED
 */
export async function planKey(run: Run, wanted: KeyProperties, alias: string): Promise<KeyChange> {
  const resource = `key of ${alias}`;
  const existing = await keyOfAlias(run, alias);
  if (existing) {
    const change = await planExistingKey(run, wanted, resource, existing);
    return { ...change, arn: existing.Arn };
  }

  const adopt = async (key: Key) => {
    await (await planExistingKey(run, wanted, resource, key)).apply?.();
    return key.Arn;
  };
  const unfinished = await findUnfinishedKey(run, wanted, alias);
  if (unfinished) {
    const notes = [`${unfinished.Arn}, which was made for this alias`];
    const apply = async () => adopt(await createAlias(run, alias, unfinished));
    return { action: 'adopt', resource, notes, arn: unfinished.Arn, apply };
  }
  const apply = async (othersAtWork = false) => {
    const theirs = othersAtWork ? await waitForAlias(run, alias) : undefined;
    if (theirs) return adopt(theirs);
    const own = await createKey(run, wanted, alias);
    const key = await createAlias(run, alias, own);
    if (key === own) {
      if (wanted.EnableKeyRotation) await enableRotation(run, resource, own.Arn);
      return own.Arn;
    }
    // Another run was first: with a key of its own, or with this one, which it took as unfinished.
    if (key.Arn !== own.Arn) await deleteKey(run, alias, own.Arn);
    return adopt(key);
  };
  return { action: 'create', resource, notes: tagNotes(run.tags), arn: resource, apply };
}

/** What is to be done to an alias: `planKey` plans to do it. */
export async function planAlias(run: Run, alias: string): Promise<Change> {
  const action = (await keyOfAlias(run, alias)) ? 'unchanged' : 'create';
  return { action, resource: `alias ${alias}`, notes: [] };
}

function waitForAlias(run: Run, alias: string): Promise<Key | undefined> {
  run.tell('Waiting for another run to make the key...');
  return poll(() => keyOfAlias(run, alias), run.patience, run.patience.otherRunMs);
}

async function createKey(run: Run, wanted: KeyProperties, alias: string): Promise<Key> {
  const create = () =>
    run.kmsOnce.createKey({
      Description: wanted.Description,
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyUsage: 'ENCRYPT_DECRYPT',
      Policy: JSON.stringify(wanted.KeyPolicy),
      Tags: kmsTags({ ...run.tags, [ALIAS_TAG]: alias }),
    });
  const made = `key of ${alias}`;
  const { KeyMetadata } = await step(run, 'Creating key...', made, create).catch(explainLockout);
  return KeyMetadata as Key;
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html */
function explainLockout(error: unknown): never {
  if (!isAnswer(error, 'MalformedPolicyDocumentException')) throw error;
  throw new CredstashError(
    'ERR_ACCESS_DENIED',
    `${(error as Error).message} KMS won't create a key whose policy its creator couldn't change. This statement would allow it: ${statement('kms:PutKeyPolicy', '*')}`,
    { cause: error },
  );
}

/**
 * Create an alias for a key, unless the alias exists: of many runs that try, one wins.
 *
 * @returns the key that the alias points to
 */
async function createAlias(run: Run, AliasName: string, key: Key): Promise<Key> {
  const create = () => run.kms.createAlias({ AliasName, TargetKeyId: key.Arn });
  try {
    await step(run, `Creating alias ${AliasName}...`, `alias ${AliasName}`, create);
    return key;
  } catch (error) {
    if (!isAnswer(error, 'AlreadyExistsException')) throw error;
    return eventually('NotFoundException', () => describeKey(run, AliasName), run.patience);
  }
}

/** The key's own policy denies its deletion after a use. AWS doesn't say whether also before the first. */
async function deleteKey(run: Run, alias: string, KeyId: string): Promise<void> {
  const telling = `Another run made ${alias} first: deleting the key made here, ${KeyId}, in ${DELETION_DAYS} days...`;
  try {
    await step(run, telling, `deletion of ${KeyId}`, () =>
      run.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: DELETION_DAYS }),
    );
  } catch (error) {
    const isDenied = error instanceof AwsError && /explicit deny/.test(error.call.detail);
    if (!isDenied) throw error;
    run.tell(`Its policy denies that: ${KeyId} stays, unused. Delete it when KMS allows it.`);
  }
}
