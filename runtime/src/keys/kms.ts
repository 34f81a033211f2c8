import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';

import { awsError } from '../aws/errors.js';
import { KmsError } from '../errors.js';
import type { EncryptionContext } from '../operations/input.js';
import { DATA_KEY_BYTES } from '../format/seal.js';

/** A new data key, in both its forms. */
export interface DataKey {
  readonly plaintext: Uint8Array;
  /** Encrypted under the compartment's key, to be stored with what it sealed. */
  readonly wrapped: Uint8Array;
}

/** Makes data keys and unwraps them. */
export interface KeyService {
  /** A data key of 64 bytes that was never given before. */
  generateDataKey(context: EncryptionContext): Promise<DataKey>;
  /** The plaintext of a wrapped data key, for the context it was generated with. */
  decrypt(wrapped: Uint8Array, context: EncryptionContext): Promise<Uint8Array>;
}

/** Data keys of AWS KMS. */
export class KmsKeyService implements KeyService {
  /**
   * @param key Wraps new data keys: an alias, a key id, or the ARN of either.
   * @param expectedKey What every data key must be wrapped under; any key if undefined.
   */
  constructor(
    private readonly client: KMSClient,
    private readonly key: string,
    private readonly expectedKey: string | undefined,
  ) {}

  async generateDataKey(context: EncryptionContext): Promise<DataKey> {
    try {
      const { Plaintext, CiphertextBlob } = await this.client.send(
        new GenerateDataKeyCommand({
          KeyId: this.key,
          NumberOfBytes: DATA_KEY_BYTES,
          EncryptionContext: context,
        }),
      );
      return { plaintext: present(Plaintext), wrapped: present(CiphertextBlob) };
    } catch (cause) {
      throw await this.error(
        cause,
        (detail) => `Could not generate key using KMS key ${this.key} (Details: ${detail})`,
      );
    }
  }

  async decrypt(wrapped: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
    try {
      const { Plaintext } = await this.client.send(
        new DecryptCommand({
          CiphertextBlob: wrapped,
          EncryptionContext: context,
          KeyId: this.expectedKey,
        }),
      );
      return present(Plaintext);
    } catch (cause) {
      const error = await this.error(cause, (detail) => `Decryption error ${detail}`);
      if (error.code !== 'ERR_CONTEXT_MISMATCH') throw error;
      // The words of Python credstash. A damaged wrapped key gets the same answer from KMS.
      throw new KmsError(
        error.code,
        'Could not decrypt hmac key with KMS. The encryption context provided may not match the one used when the credential was stored.',
        { cause },
      );
    }
  }

  private error(cause: unknown, describe: (detail: string) => string) {
    const region = () => this.client.config.region();
    return awsError(cause, { service: 'KMS', resource: this.key, describe, region });
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('KMS answered without a data key');
  return value;
}
