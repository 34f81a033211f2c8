import { CredstashError } from '../errors.js';
import { changeOfExisting, type Shortfall } from './change.js';
import { keyDeviations, type Key } from './key-trust.js';
import { unless } from './patience.js';
import type { KeyProperties } from './resources.js';
import { step, type Run, type Tags } from './run.js';
import { tagShortfalls } from './tags.js';
import { adopted } from './trust.js';

/** The key of an alias, or nothing, if there is no such alias. */
export function keyOfAlias(run: Run, alias: string): Promise<Key | undefined> {
  return unless('NotFoundException', describeKey(run, alias));
}

/** @param KeyId An alias, or the ARN of a key. */
export async function describeKey(run: Run, KeyId: string): Promise<Key> {
  const { KeyMetadata } = await run.kms.describeKey({ KeyId });
  return KeyMetadata as Key;
}

/** Tags, as KMS writes them. */
export function kmsTags(tags: Tags) {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

export async function keyTags(run: Run, KeyId: string): Promise<Tags> {
  const { Tags = [] } = await run.kms.listResourceTags({ KeyId });
  return Object.fromEntries(Tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]));
}

/**
 * Plan the change of a key that exists.
 *
 * @throws ERR_KEY_UNAVAILABLE if it can't seal secrets; ERR_UNTRUSTED
 */
export async function planExistingKey(run: Run, wanted: KeyProperties, label: string, key: Key) {
  checkFit(label, key);
  const { Arn: KeyId } = key;
  const deviations = adopted(run, label, KeyId, await keyDeviations(run, wanted, key));
  const shortfalls: Shortfall[] = [];
  if (wanted.EnableKeyRotation && canRotate(key)) {
    const { KeyRotationEnabled } = await run.kms.getKeyRotationStatus({ KeyId });
    const mend = () => enableRotation(run, label, KeyId);
    if (!KeyRotationEnabled) shortfalls.push({ note: 'turn yearly rotation on', mend });
  }
  const list = () => keyTags(run, KeyId);
  const add = (tags: Tags) => run.kms.tagResource({ KeyId, Tags: kmsTags(tags) });
  shortfalls.push(...(await tagShortfalls(run, label, list, add)));
  return changeOfExisting(label, shortfalls, deviations);
}

function checkFit(label: string, key: Key): void {
  const { Arn, KeyId = '', KeyManager, KeyState = '', KeyUsage, KeySpec } = key;
  const refuse = (reason: string) => {
    throw new CredstashError(
      'ERR_KEY_UNAVAILABLE',
      `The ${label}, ${Arn}, ${reason}. Or point the alias to another key; the secrets encrypted under this one still need it.`,
    );
  };
  if (KeyManager === 'AWS') refuse('is managed by AWS, which alone can use it');
  // A property that KMS leaves out has its default.
  if ((KeyUsage ?? 'ENCRYPT_DECRYPT') !== 'ENCRYPT_DECRYPT') refuse('is not for encryption');
  if ((KeySpec ?? 'SYMMETRIC_DEFAULT') !== 'SYMMETRIC_DEFAULT') refuse('is not symmetric');
  if (KeyState === 'Enabled') return;
  const enable = `aws kms enable-key --key-id ${KeyId}`;
  const remedies: Partial<Record<string, string>> = {
    Disabled: `Enable it: ${enable}`,
    PendingDeletion: `Keep it: aws kms cancel-key-deletion --key-id ${KeyId}, and then ${enable}`,
  };
  refuse(`can't be used: it is ${KeyState}. ${remedies[KeyState] ?? 'Wait until it is Enabled'}`);
}

export function enableRotation(run: Run, label: string, KeyId: string): Promise<unknown> {
  return step(run, 'Turning yearly rotation on...', `rotation of the ${label}`, () =>
    run.kms.enableKeyRotation({ KeyId }),
  );
}

/** KMS rotates only keys whose material it generated, and a replica with its primary key. */
function canRotate({ Origin, MultiRegionConfiguration }: Key): boolean {
  return Origin === 'AWS_KMS' && MultiRegionConfiguration?.MultiRegionKeyType !== 'REPLICA';
}
