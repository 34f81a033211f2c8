/** Bytes as standard, padded base64. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/**
 * Bytes of standard, padded base64; undefined for any other string.
 *
 * Node skips what is not base64 and ignores spare bits, so that many strings give the same bytes.
 * Only one of them is what was stored.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return encodeBase64(bytes) === text ? bytes : undefined;
}
