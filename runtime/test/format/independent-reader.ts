import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

import type { Answer, Attribute } from './kit.js';

// The witness of docs/format.md: it follows that page, and shares no code with the library.
const HASHES = new Map([
  ['SHA', 'sha1'],
  ['SHA224', 'sha224'],
  ['SHA256', 'sha256'],
  ['SHA384', 'sha384'],
  ['SHA512', 'sha512'],
  ['MD5', 'md5'],
]);

/** The plaintext of an item, or the class of the failure. */
export function read(
  item: Readonly<Record<string, Attribute>>,
  decrypt: (wrapped: Uint8Array) => Buffer | undefined,
): Buffer | Answer {
  const key = base64(item.key);
  if (!key?.length) return 'encoding';
  const dataKey = decrypt(key);
  if (!dataKey) return 'context';
  const contents = base64(item.contents);
  if (!contents) return 'encoding';
  const hash = HASHES.get(item.digest ? text(item.digest) : 'SHA256');
  if (!hash) return 'digest';
  if (dataKey.length !== 64) return 'integrity';
  const computed = createHmac(hash, dataKey.subarray(32)).update(contents).digest();
  const stored = text(item.hmac);
  const isHex = /^[0-9a-f]*$/i.test(stored) && stored.length === computed.length * 2;
  if (!isHex || !timingSafeEqual(Buffer.from(stored, 'hex'), computed)) return 'integrity';
  const counter = Buffer.concat([Buffer.alloc(15), Buffer.of(1)]);
  const decipher = createDecipheriv('aes-256-ctr', dataKey.subarray(0, 32), counter);
  return Buffer.concat([decipher.update(contents), decipher.final()]);
}

function text(attribute: Attribute = {}): string {
  const { S = '', B } = attribute as { S?: string; B?: string };
  return B === undefined ? S : Buffer.from(B, 'base64').toString('latin1');
}

function base64(attribute?: Attribute): Buffer | undefined {
  const bytes = Buffer.from(text(attribute), 'base64');
  const encoded = bytes.toString('base64');
  const lines = encoded.replace(/.{1,60}/g, '$&\n');
  return [encoded, lines].includes(text(attribute)) ? bytes : undefined;
}
