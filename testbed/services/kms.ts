import type { PolicyDocument } from '../policy';
import {
  ServiceError,
  text,
  type Call,
  type Input,
  type Operation,
  type Permission,
} from '../service';
import { cryptography, onKey } from './cryptography';
import { Key, type Grant } from './key';
import { aliasArn, type KeyStore } from './key-store';

type Tags = readonly { readonly TagKey: string; readonly TagValue: string }[];

/** So many keys are listed at a time: few, so that pages are turned. */
const PAGE = 2;

const LOCKOUT = new ServiceError(
  'MalformedPolicyDocumentException',
  'The new key policy will not allow you to update the key policy in the future.',
);

const ANYTHING: Permission = { access: { resource: '*', context: {} } };

/** KMS: symmetric keys that never leave it, and their aliases, one set for each account and region. */
export function kms(store: KeyStore) {
  return (call: Call): Operation => {
    const { action, region, input, caller } = call;
    const aKey = (run: (key: Key) => unknown, keyId = text(input, 'KeyId')): Operation => {
      const key = store.find(call, keyId);
      return { ...onKey(store, key), run: () => run(key) ?? {} };
    };
    /** Of these calls alone, a policy can ask when the key was used last. */
    const onUnusedKey = (run: (key: Key) => void): Operation => {
      const key = store.find(call, text(input, 'KeyId'));
      const days = key.unusedDays === undefined ? undefined : [String(key.unusedDays)];
      const more = { 'kms:trailingdayswithoutkeyusage': days };
      return { ...onKey(store, key, {}, more), run: () => run(key) };
    };
    switch (action) {
      case 'CreateKey': {
        const { Policy, Tags = [], ...kind } = input as { Policy: string; Tags?: Tags };
        const resourcePolicy = JSON.parse(Policy) as PolicyDocument;
        const run = () => {
          const key = new Key(region, caller.account, resourcePolicy, kind);
          tag(key, Tags);
          store.add(key);
          return { KeyMetadata: key.metadata };
        };
        const tagging = { ...ANYTHING, action: 'TagResource' };
        const keeping = { ...ANYTHING, resourcePolicy, action: 'PutKeyPolicy', refusal: LOCKOUT };
        return { ...ANYTHING, also: [...(Tags.length > 0 ? [tagging] : []), keeping], run };
      }
      case 'CreateAlias': {
        const alias = aliasArn(call, text(input, 'AliasName'));
        const operation = aKey(
          (target) => store.addAlias(alias, target),
          text(input, 'TargetKeyId'),
        );
        return { ...operation, also: [{ access: { resource: alias, context: {} } }] };
      }
      case 'DeleteAlias': {
        const name = text(input, 'AliasName');
        const alias = aliasArn(call, name);
        const operation = aKey(() => store.deleteAlias(alias), name);
        return { ...operation, also: [{ access: { resource: alias, context: {} } }] };
      }
      case 'ListKeys': {
        const run = () => {
          const start = Number(input.Marker ?? 0);
          const keys = store.in(call);
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
        return aKey((key) => ({ KeyMetadata: key.metadata }));
      case 'GetKeyLastUsage':
        checkNoAlias(input);
        return aKey((key) => key.lastUsage);
      case 'GetKeyPolicy':
        return aKey((key) => ({ Policy: JSON.stringify(key.policy), PolicyName: 'default' }));
      case 'PutKeyPolicy':
        return aKey((key) => {
          key.policy = JSON.parse(text(input, 'Policy')) as PolicyDocument;
        });
      case 'CreateGrant':
        return aKey(({ grants }) => {
          const { GranteePrincipal, Operations } = input as unknown as Grant;
          const GrantId = `grant-${grants.length + 1}`;
          grants.push({ GrantId, GranteePrincipal, Operations });
          return { GrantId };
        });
      case 'ListGrants':
        return aKey(({ grants }) => ({ Grants: grants, Truncated: false }));
      case 'ReplicateKey':
        return aKey((key) => {
          const policy = JSON.parse(text(input, 'Policy')) as PolicyDocument;
          const replica = key.replicate(text(input, 'ReplicaRegion'), policy);
          store.add(replica);
          return { ReplicaKeyMetadata: replica.metadata };
        });
      case 'GetKeyRotationStatus':
        return aKey((key) => ({ KeyRotationEnabled: key.isRotated }));
      case 'EnableKeyRotation':
        // Nothing here lives for the year until it would be rotated.
        return aKey((key) => void (key.isRotated = true));
      case 'EnableKey':
        return aKey((key) => void (key.state = 'Enabled'));
      case 'DisableKey':
        return onUnusedKey((key) => void (key.state = 'Disabled'));
      case 'ScheduleKeyDeletion':
        return onUnusedKey((key) => void (key.state = 'PendingDeletion'));
      case 'ListResourceTags':
        return aKey(({ tags }) => ({
          Tags: [...tags].map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
          Truncated: false,
        }));
      case 'TagResource':
        return aKey((key) => tag(key, input.Tags as Tags));
      default: {
        const operation = cryptography(store, call);
        if (operation) return operation;
        throw new ServiceError('UnknownOperationException', `No kms:${action} here`);
      }
    }
  };
}

/** Some calls take a key by its id or its ARN alone. */
function checkNoAlias(input: Input): void {
  const keyId = text(input, 'KeyId');
  if (!keyId.includes('alias/')) return;
  throw new ServiceError('NotFoundException', `Invalid keyId '${keyId}'`);
}

function tag(key: Key, tags: Tags): void {
  for (const { TagKey, TagValue } of tags) key.tags.set(TagKey, TagValue);
}
