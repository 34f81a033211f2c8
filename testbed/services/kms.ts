import { randomBytes } from 'node:crypto';

import type { PolicyDocument } from '../policy';
import {
  ServiceError,
  text,
  type Call,
  type Input,
  type Operation,
  type Permission,
} from '../service';
import { Key, keyArn, wrappingKeyId, type Grant } from './key';
import { aliasArn, type KeyStore } from './key-store';

type Tags = readonly { readonly TagKey: string; readonly TagValue: string }[];

/** So many keys are listed at a time: few, so that pages are turned. */
const PAGE = 2;

const LOCKOUT = new ServiceError(
  'MalformedPolicyDocumentException',
  'The new key policy will not allow you to update the key policy in the future.',
);

const ANYTHING: Permission = { access: { resource: '*', context: {} } };

/** KMS: symmetric keys that never leave it, and their aliases, one set for each region. */
export function kms(store: KeyStore) {
  return ({ action, region, input }: Call): Operation => {
    const context = encryptionContext(input);
    const onKey = (run: (key: Key) => unknown, keyId = text(input, 'KeyId')): Operation => {
      const key = store.find(region, keyId);
      return { ...permission(key, context), run: () => run(key) ?? {} };
    };
    switch (action) {
      case 'CreateKey': {
        const { Policy, Tags = [], ...kind } = input as { Policy: string; Tags?: Tags };
        const resourcePolicy = JSON.parse(Policy) as PolicyDocument;
        const run = () => {
          const key = new Key(region, resourcePolicy, kind);
          tag(key, Tags);
          store.add(key);
          return { KeyMetadata: key.metadata };
        };
        const tagging = { ...ANYTHING, action: 'TagResource' };
        const keeping = { ...ANYTHING, resourcePolicy, action: 'PutKeyPolicy', refusal: LOCKOUT };
        return { ...ANYTHING, also: [...(Tags.length > 0 ? [tagging] : []), keeping], run };
      }
      case 'CreateAlias': {
        const alias = text(input, 'AliasName');
        const operation = onKey(
          (target) => store.addAlias(region, alias, target),
          text(input, 'TargetKeyId'),
        );
        const access = { resource: aliasArn(region, alias), context: {} };
        return { ...operation, also: [{ access }] };
      }
      case 'DeleteAlias': {
        const alias = text(input, 'AliasName');
        const operation = onKey(() => store.deleteAlias(region, alias), alias);
        const access = { resource: aliasArn(region, alias), context: {} };
        return { ...operation, also: [{ access }] };
      }
      case 'ListKeys': {
        const run = () => {
          const start = Number(input.Marker ?? 0);
          const keys = store.in(region);
          const Keys = keys.slice(start, start + PAGE);
          const isLast = start + PAGE >= keys.length;
          return {
            Keys: Keys.map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })),
            Truncated: !isLast,
            ...(isLast ? {} : { NextMarker: String(start + PAGE) }),
          };
        };
        return { ...ANYTHING, run };
      }
      case 'DescribeKey':
        return onKey((key) => ({ KeyMetadata: key.metadata }));
      case 'GetKeyPolicy':
        return onKey((key) => ({ Policy: JSON.stringify(key.policy), PolicyName: 'default' }));
      case 'CreateGrant':
        return onKey(({ grants }) => {
          const { GranteePrincipal, Operations } = input as unknown as Grant;
          const GrantId = `grant-${grants.length + 1}`;
          grants.push({ GrantId, GranteePrincipal, Operations });
          return { GrantId };
        });
      case 'ListGrants':
        return onKey(({ grants }) => ({ Grants: grants, Truncated: false }));
      case 'ReplicateKey':
        return onKey((key) => {
          const policy = JSON.parse(text(input, 'Policy')) as PolicyDocument;
          const replica = key.replicate(text(input, 'ReplicaRegion'), policy);
          store.add(replica);
          return { ReplicaKeyMetadata: replica.metadata };
        });
      case 'GetKeyRotationStatus':
        return onKey((key) => ({ KeyRotationEnabled: key.isRotated }));
      case 'EnableKeyRotation':
        // Nothing here lives for the year until it would be rotated.
        return onKey((key) => void (key.isRotated = true));
      case 'EnableKey':
        return onKey((key) => void (key.state = 'Enabled'));
      case 'DisableKey':
        return onKey((key) => void (key.state = 'Disabled'));
      case 'ScheduleKeyDeletion':
        return onKey((key) => void (key.state = 'PendingDeletion'));
      case 'ListResourceTags':
        return onKey(({ tags }) => ({
          Tags: [...tags].map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
          Truncated: false,
        }));
      case 'TagResource':
        return onKey((key) => tag(key, input.Tags as Tags));
      case 'GenerateDataKey':
        return onKey((key) => {
          key.checkUsable();
          stopDryRun(input);
          const plaintext = randomBytes(Number(input.NumberOfBytes));
          return {
            KeyId: key.arn,
            Plaintext: plaintext.toString('base64'),
            CiphertextBlob: key.wrap(plaintext, context).toString('base64'),
          };
        });
      case 'Decrypt':
        return decrypt(store, region, input);
      default:
        throw new ServiceError('UnknownOperationException', `No kms:${action} here`);
    }
  };
}

function decrypt(store: KeyStore, region: string, input: Input): Operation {
  const context = encryptionContext(input);
  const named = input.KeyId === undefined ? undefined : store.find(region, text(input, 'KeyId'));
  const isWithoutCiphertext =
    input.DryRun === true && String(input.DryRunModifiers) === 'IGNORE_CIPHERTEXT';
  if (named && isWithoutCiphertext) {
    const run = () => {
      named.checkUsable();
      stopDryRun(input);
    };
    return { ...permission(named, context), run };
  }
  const blob = Buffer.from(text(input, 'CiphertextBlob'), 'base64');
  const key = store.byId(region, wrappingKeyId(blob));
  if (!key) throw new ServiceError('InvalidCiphertextException', '');
  if (key.arn !== keyArn(region, key.id)) {
    throw new ServiceError(
      'AccessDeniedException',
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    );
  }
  const run = () => {
    if (named && named !== key) {
      throw new ServiceError(
        'IncorrectKeyException',
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
    }
    key.checkUsable();
    const plaintext = key.unwrap(blob, context);
    return { KeyId: key.arn, Plaintext: plaintext.toString('base64') };
  };
  return { ...permission(key, context), run };
}

/** A dry run that gets so far would have succeeded. */
function stopDryRun({ DryRun }: Input): void {
  if (DryRun !== true) return;
  throw new ServiceError('DryRunOperationException', 'The request would have succeeded.');
}

function permission(key: Key, context: Record<string, string>): Permission {
  const access = { resource: key.arn, context: contextKeys(context) };
  return { access, resourcePolicy: key.policy };
}

function tag(key: Key, tags: Tags): void {
  for (const { TagKey, TagValue } of tags) key.tags.set(TagKey, TagValue);
}

function encryptionContext(input: Input): Record<string, string> {
  return (input.EncryptionContext ?? {}) as Record<string, string>;
}

function contextKeys(context: Record<string, string>) {
  const pairs = Object.entries(context);
  return Object.fromEntries([
    ...pairs.map(([key, value]) => [`kms:EncryptionContext:${key}`.toLowerCase(), [value]]),
    ...(pairs.length > 0 ? [['kms:encryptioncontextkeys', Object.keys(context)]] : []),
  ]) as Record<string, string[]>;
}
