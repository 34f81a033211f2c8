import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import { encodeBase64 } from '../format/base64.js';
import type { EncryptionContext } from '../format/encryption-context.js';
import { DATA_KEY_BYTES, type DataKey } from '../format/seal.js';
import type { KeyService } from '../keys/key-service.js';
import { sdkError, type Calls } from './calls.js';

/** Data keys that it remembers. Its methods make, and fail, the calls that those of KMS make. */
export class MemoryKeyService implements KeyService {
  /** By their wrapped form, in base64. */
  readonly #dataKeys = new Map<string, { plaintext: Uint8Array; context: EncryptionContext }>();
  readonly #calls: Calls;
  readonly #nameOf: (wrappedKey: string) => string | undefined;

  /** @param nameOf Gives the name of the secret that a data key sealed. */
  constructor(calls: Calls, nameOf: (wrappedKey: string) => string | undefined) {
    this.#calls = calls;
    this.#nameOf = nameOf;
  }

  newDataKey(context: EncryptionContext): DataKey {
    const plaintext = randomBytes(DATA_KEY_BYTES);
    const wrapped = randomBytes(DATA_KEY_BYTES);
    this.#dataKeys.set(encodeBase64(wrapped), { plaintext, context });
    return { plaintext: Uint8Array.from(plaintext), wrapped };
  }

  generateDataKey(context: EncryptionContext, signal?: AbortSignal): Promise<DataKey> {
    return this.#calls.make('kms:GenerateDataKey', undefined, signal, () =>
      this.newDataKey(context),
    );
  }

  decrypt(
    wrapped: Uint8Array,
    context: EncryptionContext,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const base64 = encodeBase64(wrapped);
    return this.#calls.make('kms:Decrypt', this.#nameOf(base64), signal, () => {
      const dataKey = this.#dataKeys.get(base64);
      if (dataKey && isDeepStrictEqual(dataKey.context, context)) {
        return Uint8Array.from(dataKey.plaintext);
      }
      throw sdkError('InvalidCiphertextException', 'another encryption context, or another key');
    });
  }
}
