import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';

import { call } from '../aws/call.js';
import { clientOf, type AwsClient } from '../aws/client.js';
import type { EncryptionContext } from '../format/encryption-context.js';
import { DATA_KEY_BYTES, type DataKey } from '../format/seal.js';
import type { KeyService } from './key-service.js';

/** Data keys of AWS KMS. */
export class KmsKeyService implements KeyService {
  private readonly client: KMSClient;

  /**
   * @param client A `KMSClient`.
   * @param key Wraps new data keys: an alias, a key id, or the ARN of either.
   * @param expectedKey What every data key must be wrapped under; any key if undefined.
   * @throws ERR_INVALID_ARGUMENT if the client is not a `KMSClient`
   */
  constructor(
    client: AwsClient,
    private readonly key: string,
    private readonly expectedKey: string | undefined,
  ) {
    this.client = clientOf('KMS', client);
  }

  generateDataKey(context: EncryptionContext): Promise<DataKey> {
    const command = new GenerateDataKeyCommand({
      KeyId: this.key,
      NumberOfBytes: DATA_KEY_BYTES,
      EncryptionContext: context,
    });
    return call(this.client, 'kms:GenerateDataKey', this.key, async () => {
      const { Plaintext, CiphertextBlob } = await this.client.send(command);
      return { plaintext: present(Plaintext), wrapped: present(CiphertextBlob) };
    });
  }

  decrypt(wrapped: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
    const command = new DecryptCommand({
      CiphertextBlob: wrapped,
      EncryptionContext: context,
      KeyId: this.expectedKey,
    });
    return call(this.client, 'kms:Decrypt', this.key, async () =>
      present((await this.client.send(command)).Plaintext),
    );
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('KMS answered without a data key');
  return value;
}
