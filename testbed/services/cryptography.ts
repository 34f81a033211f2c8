import { randomBytes } from 'node:crypto';

import type { RequestContext } from '../conditions';
import {
  ServiceError,
  text,
  type Call,
  type Input,
  type Operation,
  type Permission,
} from '../service';
import { wrappingKeyId, type Key } from './key';
import type { KeyStore } from './key-store';

type Context = Readonly<Record<string, string>>;

/** The calls of KMS that use a key; nothing for any other. */
export function cryptography(store: KeyStore, call: Call): Operation | undefined {
  const { action, input } = call;
  const context = (input.EncryptionContext ?? {}) as Context;
  const seal = (answer: (key: Key) => object): Operation => {
    const key = store.find(call, text(input, 'KeyId'));
    const run = () => {
      key.checkUsable();
      stopDryRun(input);
      return { KeyId: key.arn, ...answer(key) };
    };
    return { ...onKey(store, key, context), run };
  };
  switch (action) {
    case 'GenerateDataKey':
    case 'GenerateDataKeyWithoutPlaintext':
      return seal((key) => {
        const plaintext = randomBytes(Number(input.NumberOfBytes));
        const CiphertextBlob = key.wrap(plaintext, context, action).toString('base64');
        if (action === 'GenerateDataKeyWithoutPlaintext') return { CiphertextBlob };
        return { CiphertextBlob, Plaintext: plaintext.toString('base64') };
      });
    case 'Encrypt':
      return seal((key) => {
        const plaintext = Buffer.from(text(input, 'Plaintext'), 'base64');
        return { CiphertextBlob: key.wrap(plaintext, context, action).toString('base64') };
      });
    case 'Decrypt':
      return decrypt(store, call, context);
    case 'ReEncrypt':
      return reEncrypt(store, call);
    default:
      return undefined;
  }
}

function decrypt(store: KeyStore, call: Call, context: Context): Operation {
  const { input } = call;
  const isWithoutCiphertext =
    input.DryRun === true && String(input.DryRunModifiers) === 'IGNORE_CIPHERTEXT';
  if (input.KeyId !== undefined && isWithoutCiphertext) {
    const key = store.find(call, text(input, 'KeyId'));
    const run = () => {
      key.checkUsable();
      stopDryRun(input);
    };
    return { ...onKey(store, key, context), run };
  }
  const { key, unwrap } = wrapped(store, call, input.KeyId);
  const run = () => ({ KeyId: key.arn, Plaintext: unwrap(context).toString('base64') });
  return { ...onKey(store, key, context), run };
}

/** Two permissions: to open with the one key, and to seal with the other. */
function reEncrypt(store: KeyStore, call: Call): Operation {
  const { input } = call;
  const { key: source, unwrap } = wrapped(store, call, input.SourceKeyId);
  const destination = store.find(call, text(input, 'DestinationKeyId'));
  const from = (input.SourceEncryptionContext ?? {}) as Context;
  const to = (input.DestinationEncryptionContext ?? {}) as Context;
  const isSame = { 'kms:reencryptonsamekey': [String(source === destination)] };
  const run = () => {
    destination.checkUsable();
    const CiphertextBlob = destination.wrap(unwrap(from), to, call.action).toString('base64');
    return { CiphertextBlob, KeyId: destination.arn, SourceKeyId: source.arn };
  };
  const also = [
    { ...onKey(store, source, from, isSame), action: 'ReEncryptFrom' },
    { ...onKey(store, destination, to, isSame), action: 'ReEncryptTo' },
  ];
  return { also, run };
}

/** The key that sealed the ciphertext of a call. */
function wrapped(store: KeyStore, { action, input, ...place }: Call, keyId: unknown) {
  const named = typeof keyId === 'string' ? store.find(place, keyId) : undefined;
  const blob = Buffer.from(text(input, 'CiphertextBlob'), 'base64');
  const key = store.byId(place.region, wrappingKeyId(blob));
  if (!key) throw new ServiceError('InvalidCiphertextException', '');
  if (key.arn.split(':')[3] !== place.region) {
    throw new ServiceError(
      'AccessDeniedException',
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    );
  }
  const unwrap = (context: Context) => {
    if (named && named !== key) {
      throw new ServiceError(
        'IncorrectKeyException',
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
    }
    key.checkUsable();
    return key.unwrap(blob, context, action);
  };
  return { key, unwrap };
}

/** A dry run that gets so far would have succeeded. */
function stopDryRun({ DryRun }: Input): void {
  if (DryRun !== true) return;
  throw new ServiceError('DryRunOperationException', 'The request would have succeeded.');
}

/** What a call on a key must be allowed, and what its policy may ask of the call. */
export function onKey(
  store: KeyStore,
  key: Key,
  encryptionContext: Context = {},
  more: RequestContext = {},
): Permission {
  const aliases = store.aliasesOf(key);
  const context = {
    ...contextKeys(encryptionContext),
    ...(aliases.length === 0 ? {} : { 'kms:resourcealiases': aliases }),
    ...more,
  };
  return { access: { resource: key.arn, context }, resourcePolicy: key.policy };
}

function contextKeys(context: Context): Record<string, string[]> {
  const pairs = Object.entries(context);
  if (pairs.length === 0) return {};
  return {
    ...Object.fromEntries(
      pairs.map(([key, value]) => [`kms:EncryptionContext:${key}`.toLowerCase(), [value]]),
    ),
    'kms:encryptioncontextkeys': Object.keys(context),
  };
}
