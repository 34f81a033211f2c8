import { isDeepStrictEqual } from 'node:util';

import {
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  ListResourceTagsCommand,
  TagResourceCommand,
  type KeyMetadata,
} from '@aws-sdk/client-kms';

import { CredstashError } from '../errors.js';
import { call, eventually } from './calls.js';
import { changeOfExisting, type Change, type Shortfall } from './change.js';
import { step, type Context } from './context.js';
import { kmsTags, tagShortfalls, type Tags } from './tags.js';
import type { Physical, Properties } from './template.js';

/**
 * Plan the change of a key that exists.
 *
 * @throws ERR_KEY_UNAVAILABLE if no secrets can be sealed with it
 */
export async function planExistingKey(
  context: Context,
  properties: Properties,
  label: string,
  key: KeyMetadata,
): Promise<Change> {
  const physical = physicalKey(key);
  const { arn } = physical;
  checkFit(label, key);
  const shortfalls: Shortfall[] = [];
  // KMS rotates only keys whose material it made itself, and a replica by its primary key.
  const canRotate =
    key.Origin === 'AWS_KMS' && key.MultiRegionConfiguration?.MultiRegionKeyType !== 'REPLICA';
  if (properties.EnableKeyRotation && canRotate && !(await isRotated(context, arn))) {
    const mend = () => enableRotation(context, label, arn);
    shortfalls.push({ note: 'turn yearly rotation on', mend });
  }
  const untagged = await tagShortfalls(
    context.tags,
    () => keyTags(context, arn),
    (missing) => tagKey(context, label, arn, missing),
  );
  const isOwn = !isDeepStrictEqual(await keyPolicy(context, arn), properties.KeyPolicy);
  const kept = isOwn ? [`the policy of ${arn} is its own, and kept`] : [];
  return changeOfExisting(label, physical, [...shortfalls, ...untagged], kept);
}

export function physicalKey({ Arn = '', KeyId = '' }: KeyMetadata): Physical {
  return { ref: KeyId, arn: Arn };
}

export function enableRotation(context: Context, label: string, arn: string) {
  const { kms } = context.clients;
  const command = new EnableKeyRotationCommand({ KeyId: arn });
  return step(context, 'Turning yearly rotation on...', `rotation of the ${label}`, () =>
    eventually('NotFoundException', () =>
      call(kms, 'kms:EnableKeyRotation', arn, () => kms.send(command)),
    ),
  );
}

/** What to do about a key in a state. */
const REMEDIES: Readonly<Record<string, string>> = {
  Disabled: 'Enable it: aws kms enable-key --key-id',
  PendingDeletion: 'Keep it, and enable it then: aws kms cancel-key-deletion --key-id',
};

function checkFit(label: string, key: KeyMetadata): void {
  const { Arn, KeyId = '', KeyState = '', KeyUsage, KeySpec } = key;
  const refuse = (reason: string) => {
    throw new CredstashError(
      'ERR_KEY_UNAVAILABLE',
      `The ${label}, ${Arn}, ${reason}. Or let the alias point to another key: secrets that this one sealed still need it.`,
    );
  };
  if (KeyUsage !== 'ENCRYPT_DECRYPT' || KeySpec !== 'SYMMETRIC_DEFAULT') {
    refuse('is not a symmetric key for encryption. Give another alias with --key');
  }
  if (KeyState === 'Enabled') return;
  const remedy = REMEDIES[KeyState];
  const advice = remedy === undefined ? 'Make it usable' : `${remedy} ${KeyId}`;
  refuse(`can't be used: it is ${KeyState}. ${advice}`);
}

async function keyPolicy({ clients: { kms } }: Context, arn: string): Promise<unknown> {
  const { Policy = '{}' } = await call(kms, 'kms:GetKeyPolicy', arn, () =>
    kms.send(new GetKeyPolicyCommand({ KeyId: arn, PolicyName: 'default' })),
  );
  return JSON.parse(Policy) as unknown;
}

async function isRotated({ clients: { kms } }: Context, arn: string): Promise<boolean> {
  const { KeyRotationEnabled = false } = await call(kms, 'kms:GetKeyRotationStatus', arn, () =>
    kms.send(new GetKeyRotationStatusCommand({ KeyId: arn })),
  );
  return KeyRotationEnabled;
}

async function keyTags({ clients: { kms } }: Context, arn: string): Promise<Tags> {
  const { Tags = [] } = await call(kms, 'kms:ListResourceTags', arn, () =>
    kms.send(new ListResourceTagsCommand({ KeyId: arn })),
  );
  return Object.fromEntries(Tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]));
}

function tagKey(context: Context, label: string, arn: string, tags: Tags) {
  const { kms } = context.clients;
  const command = new TagResourceCommand({ KeyId: arn, Tags: kmsTags(tags) });
  return step(context, 'Adding tags to the key...', `tags of the ${label}`, () =>
    call(kms, 'kms:TagResource', arn, () => kms.send(command)),
  );
}
