import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

import { CredstashError } from '../errors.js';

/**
 * The HMAC hashes of Python credstash, by the names it stores, as Node names them.
 *
 * SHA is SHA-1. SHA and MD5 are for old items and old clients.
 */
const HASHES = {
  SHA: 'sha1',
  SHA224: 'sha224',
  SHA256: 'sha256',
  SHA384: 'sha384',
  SHA512: 'sha512',
  MD5: 'md5',
} as const;

/** The name of an HMAC hash, as stored. */
export type Digest = keyof typeof HASHES;

/** The names of all HMAC hashes that can be read and written. */
export const DIGESTS = Object.keys(HASHES) as readonly Digest[];

/** The bytes in a data key: the first half encrypts, the second half authenticates. */
export const DATA_KEY_BYTES = 64;

/** A new data key, in both its forms. */
export interface DataKey {
  readonly plaintext: Uint8Array;
  /** Encrypted under the KMS key, to be stored with what it sealed. */
  readonly wrapped: Uint8Array;
}

/** Python credstash counts from 1, big-endian: a data key must never seal two plaintexts. */
const FIRST_COUNTER_BLOCK = Buffer.from('00000000000000000000000000000001', 'hex');

/** A sealed plaintext. */
export interface Sealed {
  /** The AES-256-CTR ciphertext, as long as the plaintext. */
  readonly contents: Uint8Array;
  /** The HMAC of `contents`, in hex, of either case. */
  readonly hmac: string;
  /** The hash of the HMAC. Anything but a {@link Digest} can't be opened. */
  readonly digest: string;
}

/**
 * Encrypt, then authenticate.
 *
 * @param dataKey 64 bytes, used for this plaintext alone.
 */
export function seal(plaintext: Uint8Array, dataKey: Uint8Array, digest: Digest): Sealed {
  const { encryptionKey, hmacKey } = split(dataKey);
  const cipher = createCipheriv('aes-256-ctr', encryptionKey, FIRST_COUNTER_BLOCK);
  const contents = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { contents, hmac: hmac(contents, hmacKey, digest).toString('hex'), digest };
}

/**
 * Verify, in constant time, then decrypt.
 *
 * @param dataKey The 64 bytes that it was sealed with.
 * @param name The secret's name, for the errors.
 * @throws ERR_UNSUPPORTED_DIGEST before anything is computed
 * @throws ERR_INTEGRITY if the HMAC is not that of the contents
 */
export function open(sealed: Sealed, dataKey: Uint8Array, name: string): Uint8Array {
  if (!isDigest(sealed.digest)) {
    throw new CredstashError(
      'ERR_UNSUPPORTED_DIGEST',
      `The digest ${JSON.stringify(sealed.digest)} of ${name} is not supported. Put it again with one of ${DIGESTS.join(', ')}.`,
      { secret: { name } },
    );
  }
  const { encryptionKey, hmacKey } = split(dataKey);
  const computed = hmac(sealed.contents, hmacKey, sealed.digest);
  if (!matches(computed, sealed.hmac)) {
    throw new CredstashError(
      'ERR_INTEGRITY',
      `Computed HMAC on ${name} does not match stored HMAC`,
      { secret: { name } },
    );
  }
  const decipher = createDecipheriv('aes-256-ctr', encryptionKey, FIRST_COUNTER_BLOCK);
  return Buffer.concat([decipher.update(sealed.contents), decipher.final()]);
}

/** Whether a string names an HMAC hash that can be read and written. Case matters. */
export function isDigest(text: string): text is Digest {
  return Object.hasOwn(HASHES, text);
}

function split(dataKey: Uint8Array) {
  if (dataKey.length !== DATA_KEY_BYTES) {
    throw new CredstashError(
      'ERR_INTEGRITY',
      `The data key has ${dataKey.length} bytes where credstash has ${DATA_KEY_BYTES}`,
    );
  }
  return { encryptionKey: dataKey.subarray(0, 32), hmacKey: dataKey.subarray(32) };
}

function hmac(contents: Uint8Array, key: Uint8Array, digest: Digest): Buffer {
  return createHmac(HASHES[digest], key).update(contents).digest();
}

function matches(computed: Buffer, hex: string): boolean {
  return (
    hex.length === computed.length * 2 &&
    /^[0-9a-f]*$/i.test(hex) &&
    timingSafeEqual(computed, Buffer.from(hex, 'hex'))
  );
}
