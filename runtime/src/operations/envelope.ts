import { CredstashError } from '../errors.js';
import {
  boundContext,
  isBoundContext,
  NAME_AND_VERSION,
  type Identity,
} from '../format/binding.js';
import type { EncryptionContext } from '../format/encryption-context.js';
import { openItem, sealItem, wrappedKey, type SealedItem } from '../format/item.js';
import type { DataKey, Digest } from '../format/seal.js';
import { unpadVersion } from '../format/version.js';
import type { KeyService } from '../keys/key-service.js';

/** What is sealed. */
export interface Plaintext {
  readonly name: string;
  readonly value: Uint8Array;
  readonly context: EncryptionContext;
  readonly digest: Digest;
  readonly comment: string | undefined;
}

/**
 * Brings values and data keys together.
 *
 * A compartment may bind names: its key then refuses each data key whose encryption context lacks the
 * name and the version of the secret. The refusal is how a client learns of it, so nobody who can
 * change the table can talk a client out of it.
 */
export class Envelope {
  #bindsNames = false;

  constructor(private readonly keyService: KeyService) {}

  /** Seal a value with a data key of its own. */
  async seal(
    { name, value, context, digest, comment }: Plaintext,
    version: string,
    signal: AbortSignal | undefined,
  ): Promise<SealedItem> {
    const { dataKey, isBound } = await this.newDataKey(context, { name, version }, signal);
    try {
      const binding = isBound ? NAME_AND_VERSION : undefined;
      return sealItem({ name, version }, value, dataKey, { digest, comment, binding });
    } finally {
      dataKey.plaintext.fill(0);
    }
  }

  /**
   * Open what was sealed.
   *
   * @throws ERR_CONTEXT_MISMATCH, ERR_NOT_BOUND, ERR_INTEGRITY, ERR_UNSUPPORTED_DIGEST, or as any call
   * to KMS
   */
  async open(
    item: SealedItem,
    context: EncryptionContext,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const dataKey = await this.unwrapped(item, context, signal);
    try {
      return openItem(item, dataKey);
    } finally {
      dataKey.fill(0);
    }
  }

  /** Whether the key refuses data keys that aren't bound. */
  async bindsNames(
    context: EncryptionContext,
    identity: Identity,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { dataKey, isBound } = await this.newDataKey(context, identity, signal);
    dataKey.plaintext.fill(0);
    return isBound;
  }

  private async newDataKey(
    context: EncryptionContext,
    identity: Identity,
    signal: AbortSignal | undefined,
  ): Promise<{ dataKey: DataKey; isBound: boolean }> {
    const bound = boundContext(context, identity);
    if (!bound) throw otherSecret('ERR_INVALID_ARGUMENT', identity);
    const generate = async (pairs: EncryptionContext) => {
      const dataKey = await this.keyService.generateDataKey(pairs, signal);
      return { dataKey, isBound: isBoundContext(pairs) };
    };
    if (this.#bindsNames) return generate(bound);
    const asGiven = await generate(context).catch(refusalOnly);
    if (!(asGiven instanceof CredstashError)) return asGiven;
    const withPairs = await generate(bound);
    // A permission that took effect between the two calls looks the same.
    const again = isOfPolicy(asGiven) ? asGiven : await generate(context).catch(refusalOnly);
    if (again instanceof CredstashError) {
      this.#bindsNames = true;
      return withPairs;
    }
    withPairs.dataKey.plaintext.fill(0);
    return again;
  }

  /** The item's word of its binding saves a call, and is not trusted: KMS compares the context. */
  private async unwrapped(
    item: SealedItem,
    context: EncryptionContext,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const wrapped = wrappedKey(item);
    const bound = boundContext(context, item);
    if (!bound) throw otherSecret('ERR_CONTEXT_MISMATCH', item);
    if (item.binding === NAME_AND_VERSION) return this.keyService.decrypt(wrapped, bound, signal);
    try {
      return await this.keyService.decrypt(wrapped, context, signal);
    } catch (error) {
      if (!isRefusedOpening(error) || isBoundContext(context)) throw error;
      return await this.keyService.decrypt(wrapped, bound, signal).catch((second: unknown) => {
        throw isMismatch(second) ? notBound(item, error) : second;
      });
    }
  }
}

/** KMS may word a refusal to decrypt as if the key were in another region. */
function isRefusedOpening(error: unknown): boolean {
  const codes = ['ERR_ACCESS_DENIED', 'ERR_WRONG_REGION'];
  return error instanceof CredstashError && codes.includes(error.code);
}

function refusalOnly(error: unknown): CredstashError {
  if (error instanceof CredstashError && error.code === 'ERR_ACCESS_DENIED') return error;
  throw error;
}

/** Whether a policy forbids it, and not that none allows it yet. */
function isOfPolicy({ message }: CredstashError): boolean {
  return message.includes('explicit deny');
}

function isMismatch(error: unknown): boolean {
  return error instanceof CredstashError && error.code === 'ERR_CONTEXT_MISMATCH';
}

function otherSecret(code: 'ERR_INVALID_ARGUMENT' | 'ERR_CONTEXT_MISMATCH', secret: Identity) {
  const { name, version } = secret;
  return new CredstashError(
    code,
    `The encryption context names another secret or version than ${name} version ${unpadVersion(version)}: leave credstash:name and credstash:version out.`,
    { secret: { name, version } },
  );
}

function notBound({ name, version }: Identity, cause: unknown) {
  return new CredstashError(
    'ERR_NOT_BOUND',
    `${name} version ${unpadVersion(version)} is not bound to its name and version, and this compartment opens only secrets that are; or the encryption context is not the one that it was put with. If the context is right, put it again from a source that you trust.`,
    { cause, secret: { name, version } },
  );
}
