import type { EncryptionContext } from '../format/encryption-context.js';
import {
  openItem,
  sealItem,
  wrappedKey,
  type SealedItem,
  type UnversionedItem,
} from '../format/item.js';
import type { Digest } from '../format/seal.js';
import type { KeyService } from '../keys/key-service.js';

/** What is sealed. */
export interface Plaintext {
  readonly name: string;
  readonly value: Uint8Array;
  readonly context: EncryptionContext;
  readonly digest: Digest;
  readonly comment: string | undefined;
}

/** Seal a value with a data key of its own. */
export async function sealSecret(
  keyService: KeyService,
  { name, value, context, digest, comment }: Plaintext,
  signal: AbortSignal | undefined,
): Promise<UnversionedItem> {
  const dataKey = await keyService.generateDataKey(context, signal);
  try {
    return sealItem(name, value, dataKey, { digest, comment });
  } finally {
    dataKey.plaintext.fill(0);
  }
}

/**
 * Open what was sealed.
 *
 * @throws ERR_CONTEXT_MISMATCH, ERR_INTEGRITY, ERR_UNSUPPORTED_DIGEST, or as any call to KMS
 */
export async function openSecret(
  keyService: KeyService,
  item: SealedItem,
  context: EncryptionContext,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const dataKey = await keyService.decrypt(wrappedKey(item), context, signal);
  try {
    return openItem(item, dataKey);
  } finally {
    dataKey.fill(0);
  }
}
