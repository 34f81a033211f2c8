/** Bytes as standard, padded base64. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/**
 * Bytes of standard, padded base64; undefined for any other string.
 *
 * Node skips what is not base64 and ignores spare bits, so that many strings give the same bytes.
 * Only two of them are what a client stored: base64 on one line, and that of rcredstash, whose lines
 * have 60 characters and a line break each (Ruby's `Base64.encode64`).
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  const encoded = encodeBase64(bytes);
  return text === encoded || text === encoded.replace(/.{1,60}/g, '$&\n') ? bytes : undefined;
}
