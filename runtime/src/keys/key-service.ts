import type { EncryptionContext } from '../format/encryption-context.js';
import type { DataKey } from '../format/seal.js';

/** Makes data keys and unwraps them. */
export interface KeyService {
  /** A new data key of 64 bytes, bound to a context. */
  generateDataKey(context: EncryptionContext): Promise<DataKey>;
  /** The plaintext of a wrapped data key, for the context that it was generated with. */
  decrypt(wrapped: Uint8Array, context: EncryptionContext): Promise<Uint8Array>;
}
