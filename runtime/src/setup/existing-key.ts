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
  const policy = await keyPolicy(context, arn);
  const isUnderstood =
    isDeepStrictEqual(policy, properties.KeyPolicy) || leavesAccessToIam(policy, context);
  const kept = isUnderstood
    ? []
    : [
        `the policy of ${arn} is kept, and does not leave access to IAM: until it does, the policies here may have no effect`,
      ];
  return changeOfExisting(label, physical, [...shortfalls, ...untagged], kept);
}

export function physicalKey({ Arn, KeyId }: Partial<KeyMetadata>): Physical {
  if (Arn === undefined || KeyId === undefined) throw new Error('KMS answered without a key');
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

function checkFit(label: string, key: KeyMetadata): void {
  const { Arn, KeyId = '', KeyState = '', KeyUsage, KeySpec } = key;
  const refuse = (reason: string) => {
    throw new CredstashError(
      'ERR_KEY_UNAVAILABLE',
      `The ${label}, ${Arn}, ${reason}. Or let the alias point to another key: secrets that this one sealed still need it.`,
    );
  };
  // What is not said is the default.
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

interface KeyPolicy {
  readonly Statement?: OneOrMore<{
    readonly Effect?: string;
    readonly Action?: OneOrMore<string>;
    readonly Principal?: { readonly AWS?: OneOrMore<string> };
    readonly Condition?: unknown;
  }>;
}

type OneOrMore<T> = T | readonly T[];

/**
 * Whether a key's policy lets the account's policies decide.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
function leavesAccessToIam({ Statement = [] }: KeyPolicy, { partition, account }: Context) {
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

export async function keyPolicy({ clients: { kms } }: Context, arn: string): Promise<KeyPolicy> {
  const command = new GetKeyPolicyCommand({ KeyId: arn, PolicyName: 'default' });
  const { Policy = '{}' } = await eventually('NotFoundException', () =>
    call(kms, 'kms:GetKeyPolicy', arn, () => kms.send(command)),
  );
  return JSON.parse(Policy) as KeyPolicy;
}

async function isRotated({ clients: { kms } }: Context, arn: string): Promise<boolean> {
  const command = new GetKeyRotationStatusCommand({ KeyId: arn });
  const { KeyRotationEnabled = false } = await eventually('NotFoundException', () =>
    call(kms, 'kms:GetKeyRotationStatus', arn, () => kms.send(command)),
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
