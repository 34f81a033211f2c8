import { decodeBase64, encodeBase64 } from './base64.js';
import type { Identity } from './binding.js';
import { CredstashError } from '../errors.js';
import { open, seal, type DataKey, type Digest } from './seal.js';

/**
 * One version of one secret, as every store keeps it and every credstash client reads it.
 *
 * An attribute that the stored item lacks is an empty string here.
 */
export interface SealedItem {
  readonly name: string;
  /** Padded by every client of today; old items may not be. */
  readonly version: string;
  /** The wrapped data key, in base64. */
  readonly key: string;
  /** The ciphertext, in base64. */
  readonly contents: string;
  /** The HMAC of the ciphertext, in hex. */
  readonly hmac: string;
  /** The hash of the HMAC. */
  readonly digest: string;
  readonly comment?: string;
  /** What the data key is said to be bound to beside the encryption context. */
  readonly binding?: string;
}

/** Seal a plaintext with a data key that seals nothing else. */
export function sealItem(
  { name, version }: Identity,
  plaintext: Uint8Array,
  dataKey: DataKey,
  options: { digest: Digest; comment?: string | undefined; binding?: string | undefined },
): SealedItem {
  const { contents, hmac, digest } = seal(plaintext, dataKey.plaintext, options.digest);
  return {
    name,
    version,
    key: encodeBase64(dataKey.wrapped),
    contents: encodeBase64(contents),
    hmac,
    digest,
    ...(options.comment ? { comment: options.comment } : {}),
    ...(options.binding ? { binding: options.binding } : {}),
  };
}

/**
 * The wrapped data key of an item.
 *
 * @throws ERR_INTEGRITY if it is not base64.
 */
export function wrappedKey(item: SealedItem): Uint8Array {
  return attributeBytes(item, 'key');
}

/**
 * The plaintext of an item.
 *
 * @throws ERR_INTEGRITY, ERR_UNSUPPORTED_DIGEST
 */
export function openItem(item: SealedItem, dataKey: Uint8Array): Uint8Array {
  const contents = attributeBytes(item, 'contents');
  return open({ contents, hmac: item.hmac, digest: item.digest }, dataKey, item.name);
}

function attributeBytes(item: SealedItem, attribute: 'key' | 'contents'): Uint8Array {
  const bytes = decodeBase64(item[attribute]);
  if (!bytes || (attribute === 'key' && bytes.length === 0)) {
    throw new CredstashError(
      'ERR_INTEGRITY',
      `The attribute ${attribute} of ${item.name}, version ${item.version}, is damaged: it is not base64`,
      { secret: { name: item.name, version: item.version } },
    );
  }
  return bytes;
}
