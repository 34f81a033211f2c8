import { DecryptCommand, GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';

import { call } from '../aws/call.js';
import { clientOf, type AwsClient } from '../aws/client.js';
import { checkTimeout } from '../aws/deadline.js';
import type { EncryptionContext } from '../format/encryption-context.js';
import { DATA_KEY_BYTES, type DataKey } from '../format/seal.js';
import { checkText } from '../format/text.js';
import type { KeyService } from './key-service.js';

/** Data keys of AWS KMS. */
export class KmsKeyService implements KeyService {
  private readonly client: KMSClient;

  /**
   * @param client A `KMSClient`.
   * @param key Wraps new data keys: an alias, a key id, or the ARN of either.
   * @param expectedKey What every data key must be wrapped under; any key if undefined.
   * @param timeout Milliseconds for a call with all its retries; 30 seconds if undefined.
   * @throws ERR_INVALID_ARGUMENT if the client is not a `KMSClient`, or another is malformed
   */
  constructor(
    client: AwsClient,
    private readonly key: string,
    private readonly expectedKey: string | undefined,
    private readonly timeout?: number,
  ) {
    this.client = clientOf('KMS', client);
    checkText('The key', key);
    if (expectedKey !== undefined) checkText('The expected key', expectedKey);
    if (timeout !== undefined) checkTimeout(timeout);
  }

  generateDataKey(context: EncryptionContext, signal?: AbortSignal): Promise<DataKey> {
    const command = new GenerateDataKeyCommand({
      KeyId: this.key,
      NumberOfBytes: DATA_KEY_BYTES,
      EncryptionContext: context,
    });
    const send = async (options: { abortSignal: AbortSignal }) => {
      const { Plaintext, CiphertextBlob } = await this.client.send(command, options);
      return { plaintext: present(Plaintext), wrapped: present(CiphertextBlob) };
    };
    return call(this.client, 'kms:GenerateDataKey', this.key, send, {
      signal,
      timeout: this.timeout,
    });
  }

  decrypt(
    wrapped: Uint8Array,
    context: EncryptionContext,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const command = new DecryptCommand({
      CiphertextBlob: wrapped,
      EncryptionContext: context,
      KeyId: this.expectedKey,
    });
    const send = async (options: { abortSignal: AbortSignal }) =>
      present((await this.client.send(command, options)).Plaintext);
    return call(this.client, 'kms:Decrypt', this.key, send, { signal, timeout: this.timeout });
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('KMS answered without a data key');
  return value;
}
