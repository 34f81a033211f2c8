import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';

import type { PolicyDocument } from '../policy';
import { ACCOUNT, ServiceError, text, type Call, type Input, type Operation } from '../service';

interface Key {
  readonly id: string;
  readonly arn: string;
  readonly material: Buffer;
  readonly policy: PolicyDocument;
  enabled: boolean;
}

const ID_BYTES = 36;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** KMS: symmetric keys that never leave it, and their aliases, one set for each region. */
export function kms() {
  const keys = new Map<string, Key>();
  const aliases = new Map<string, string>();

  const find = (keyId: string, region: string): Key => {
    const own = `arn:aws:kms:${region}:${ACCOUNT}:`;
    const name = keyId.startsWith(`${own}alias/`) ? keyId.slice(own.length) : keyId;
    const arn = name.startsWith('alias/')
      ? aliases.get(`${region} ${name}`)
      : keyId.startsWith('arn:')
        ? keyId
        : keyArn(region, keyId);
    const key = keys.get(arn ?? '');
    if (key?.arn.split(':')[3] === region) return key;
    const what = name.startsWith('alias/') ? 'Alias' : 'Key';
    const its = `arn:aws:kms:${region}:${ACCOUNT}:${what === 'Key' ? 'key/' : ''}${name}`;
    throw new ServiceError(
      'NotFoundException',
      `${what} ${keyId.startsWith('arn:') ? keyId : its} is not found.`,
    );
  };

  const onKey = (key: Key, context: Record<string, string>, run: () => unknown): Operation => ({
    access: { resource: key.arn, context: contextKeys(context) },
    resourcePolicy: key.policy,
    run,
  });

  const inUse = (key: Key): Key => {
    if (!key.enabled) throw new ServiceError('DisabledException', `${key.arn} is disabled.`);
    return key;
  };

  return ({ action, region, input }: Call): Operation => {
    const key = () => find(text(input, 'KeyId'), region);
    const context = encryptionContext(input);
    switch (action) {
      case 'CreateKey': {
        const run = () => {
          const id = randomUUID();
          const arn = keyArn(region, id);
          const policy = JSON.parse(text(input, 'Policy')) as PolicyDocument;
          const material = randomBytes(32);
          keys.set(arn, { id, arn, material, policy, enabled: true });
          return { KeyMetadata: { KeyId: id, Arn: arn, Enabled: true } };
        };
        return { access: { resource: '*', context: {} }, run };
      }
      case 'CreateAlias': {
        const target = find(text(input, 'TargetKeyId'), region);
        return onKey(target, {}, () => {
          const alias = `${region} ${text(input, 'AliasName')}`;
          if (aliases.has(alias)) {
            throw new ServiceError('AlreadyExistsException', `An alias ${alias} exists.`);
          }
          aliases.set(alias, target.arn);
          return {};
        });
      }
      case 'EnableKeyRotation':
        // Nothing here lives for the year until it would be rotated.
        return onKey(key(), {}, () => ({}));
      case 'DisableKey': {
        const its = key();
        return onKey(its, {}, () => {
          its.enabled = false;
          return {};
        });
      }
      case 'GenerateDataKey': {
        const its = key();
        return onKey(its, context, () => {
          const plaintext = randomBytes(Number(input.NumberOfBytes));
          return {
            KeyId: its.arn,
            Plaintext: plaintext.toString('base64'),
            CiphertextBlob: wrap(inUse(its), plaintext, context).toString('base64'),
          };
        });
      }
      case 'Decrypt': {
        const blob = Buffer.from(text(input, 'CiphertextBlob'), 'base64');
        const id = blob.subarray(0, ID_BYTES).toString();
        const its = [...keys.values()].find((each) => each.id === id);
        if (!its) throw new ServiceError('InvalidCiphertextException', '');
        if (its.arn !== keyArn(region, id)) {
          throw new ServiceError(
            'AccessDeniedException',
            'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
          );
        }
        return onKey(its, context, () => {
          if (input.KeyId !== undefined && key() !== its) {
            throw new ServiceError(
              'IncorrectKeyException',
              'The key ID in the request does not identify a CMK that can perform this operation.',
            );
          }
          const plaintext = unwrap(inUse(its), blob, context);
          return { KeyId: its.arn, Plaintext: plaintext.toString('base64') };
        });
      }
      default:
        throw new ServiceError('UnknownOperationException', `No kms:${action} here`);
    }
  };
}

function keyArn(region: string, id: string): string {
  return `arn:aws:kms:${region}:${ACCOUNT}:key/${id}`;
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

/** The encryption context is authenticated: in any order, but every word of it. */
function authenticatedData(context: Record<string, string>): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort()));
}

function wrap(key: Key, plaintext: Buffer, context: Record<string, string>): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.material, nonce);
  cipher.setAAD(authenticatedData(context));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.from(key.id), nonce, cipher.getAuthTag(), ciphertext]);
}

function unwrap(key: Key, blob: Buffer, context: Record<string, string>): Buffer {
  const [nonceAt, tagAt, dataAt] = [
    ID_BYTES,
    ID_BYTES + NONCE_BYTES,
    ID_BYTES + NONCE_BYTES + TAG_BYTES,
  ];
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.material, blob.subarray(nonceAt, tagAt));
    decipher.setAAD(authenticatedData(context));
    decipher.setAuthTag(blob.subarray(tagAt, dataAt));
    return Buffer.concat([decipher.update(blob.subarray(dataAt)), decipher.final()]);
  } catch {
    throw new ServiceError('InvalidCiphertextException', '');
  }
}
