import type { EncryptionContext } from '../format/encryption-context.js';
import type { DataKey } from '../format/seal.js';

/**
 * Makes data keys and unwraps them. The caller overwrites plaintexts with zeros after use: so each
 * call must give a new array.
 *
 * A method rejects with ERR_ABORTED when its signal aborts.
 */
export interface KeyService {
  /** A new data key of 64 bytes, bound to a context. */
  generateDataKey(context: EncryptionContext, signal?: AbortSignal): Promise<DataKey>;
  /** The plaintext of a wrapped data key, for the context that it was generated with. */
  decrypt(
    wrapped: Uint8Array,
    context: EncryptionContext,
    signal?: AbortSignal,
  ): Promise<Uint8Array>;
}
