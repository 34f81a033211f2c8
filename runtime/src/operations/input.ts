import { CredstashError } from '../errors.js';

/** The words that a data key is bound to: the same ones are needed to read. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** A DynamoDB partition key holds at most 2,048 bytes (AWS, "Quotas in Amazon DynamoDB"). */
const MAX_NAME_BYTES = 2048;

/** A DynamoDB item holds at most 400 KB (AWS, "Quotas in Amazon DynamoDB"). */
const MAX_ITEM_BYTES = 400 * 1024;

/** What the attributes `key`, `hmac` and `digest`, and the names of all, take at most. */
const RESERVED_BYTES = 1024;

/** @throws ERR_INVALID_ARGUMENT if no secret can have this name. */
export function checkName(name: string): void {
  if (
    typeof name !== 'string' ||
    name === '' ||
    !name.isWellFormed() ||
    Buffer.byteLength(name) > MAX_NAME_BYTES
  ) {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `A secret's name is a well-formed text of 1 to ${MAX_NAME_BYTES} bytes.`,
    );
  }
}

/** @throws ERR_INVALID_ARGUMENT if the context is not a flat object of texts. */
export function checkContext(context: EncryptionContext): void {
  // A Map, say, has no entries of its own: it would bind the secret to nothing.
  if (Object.prototype.toString.call(context) !== '[object Object]') {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      'The encryption context must be an object of names and texts.',
    );
  }
  for (const [key, value] of Object.entries(context)) {
    if (key === '' || typeof value !== 'string') {
      throw new CredstashError(
        'ERR_INVALID_ARGUMENT',
        `The encryption context ${JSON.stringify(key)} must have a name, and a text as its value.`,
      );
    }
  }
}

/**
 * A value as bytes: UTF-8 of a text.
 *
 * @throws ERR_INVALID_ARGUMENT if a text has half a surrogate pair, which UTF-8 can't hold.
 */
export function valueBytes(name: string, value: string | Uint8Array): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string' && value.isWellFormed()) return Buffer.from(value);
  throw new CredstashError(
    'ERR_INVALID_ARGUMENT',
    `The value of ${name} is neither bytes nor a text that UTF-8 can hold.`,
  );
}

/** @throws ERR_VALUE_TOO_LARGE if the sealed value can't fit in one item. */
export function checkSize(
  name: string,
  value: Uint8Array,
  version: string,
  comment: string | undefined,
): void {
  const others = RESERVED_BYTES + Buffer.byteLength(name + version + (comment ?? ''));
  const most = Math.max(0, Math.floor((MAX_ITEM_BYTES - others) / 4) * 3);
  if (value.length > most) {
    throw new CredstashError(
      'ERR_VALUE_TOO_LARGE',
      `The value of ${name} has ${value.length} bytes; ${most} fit in one item beside its name and comment. Split it, or store a data key here and the value elsewhere.`,
    );
  }
}

/**
 * Bytes as text.
 *
 * @throws ERR_NOT_TEXT if they are not UTF-8.
 */
export function decodeText(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // The decoder's own error says no more, and must never quote the bytes.
    throw new CredstashError(
      'ERR_NOT_TEXT',
      `The value of ${name} is not UTF-8 text. Read it with getBytes.`,
    );
  }
}
