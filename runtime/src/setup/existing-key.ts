import type { KeyMetadata } from '@aws-sdk/client-kms';

import { CredstashError } from '../errors.js';
import { changeOfExisting, type Shortfall } from './change.js';
import { unless } from './patience.js';
import type { KeyProperties } from './resources.js';
import { step, type Run, type Tags } from './run.js';
import { tagShortfalls } from './tags.js';

/** A key, as KMS describes it. */
export type Key = KeyMetadata & { readonly Arn: string };

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

/** The policy of a key, as far as it is read here. */
interface KeyPolicy {
  readonly Statement?: Statement | readonly Statement[];
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Principal?: { readonly AWS?: string | readonly string[] };
  readonly Condition?: unknown;
}

export async function keyPolicy(run: Run, KeyId: string): Promise<KeyPolicy> {
  const { Policy = '{}' } = await run.kms.getKeyPolicy({ KeyId, PolicyName: 'default' });
  return JSON.parse(Policy) as KeyPolicy;
}

/**
 * Plan the change of a key that exists.
 *
 * @throws ERR_KEY_UNAVAILABLE if it can't seal secrets
 */
export async function planExistingKey(run: Run, wanted: KeyProperties, label: string, key: Key) {
  checkFit(label, key);
  const { Arn: KeyId } = key;
  const shortfalls: Shortfall[] = [];
  if (wanted.EnableKeyRotation && canRotate(key)) {
    const { KeyRotationEnabled } = await run.kms.getKeyRotationStatus({ KeyId });
    const mend = () => enableRotation(run, label, KeyId);
    if (!KeyRotationEnabled) shortfalls.push({ note: 'turn yearly rotation on', mend });
  }
  const list = () => keyTags(run, KeyId);
  const add = (tags: Tags) => run.kms.tagResource({ KeyId, Tags: kmsTags(tags) });
  shortfalls.push(...(await tagShortfalls(run, label, list, add)));
  const policy = await keyPolicy(run, KeyId);
  const kept = `the policy of ${KeyId} is kept, and does not leave access to IAM: until it does, the policies here may have no effect`;
  return changeOfExisting(label, shortfalls, leavesAccessToIam(policy, run) ? [] : [kept]);
}

function checkFit(label: string, key: Key): void {
  const { Arn, KeyId = '', KeyState = '', KeyUsage, KeySpec } = key;
  const refuse = (reason: string) => {
    throw new CredstashError(
      'ERR_KEY_UNAVAILABLE',
      `The ${label}, ${Arn}, ${reason}. Or point the alias to another key; the secrets encrypted under this one still need it.`,
    );
  };
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

/**
 * Whether a key's policy lets the account's policies decide.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
function leavesAccessToIam({ Statement = [] }: KeyPolicy, { partition, account }: Run): boolean {
  const root = [account, `arn:${partition}:iam::${account}:root`];
  return [Statement]
    .flat()
    .some(
      ({ Effect, Action = [], Principal, Condition }) =>
        Effect === 'Allow' &&
        Condition === undefined &&
        [Action].flat().includes('kms:*') &&
        [Principal?.AWS ?? []].flat().some((principal) => root.includes(principal)),
    );
}
