import { randomBytes } from 'node:crypto';

import fc from 'fast-check';

import { DIGESTS, isDigest, open, seal, type Digest } from '../../src/format/seal.js';
import { attributes, opened } from './kit.js';

const dataKeys = fc.uint8Array({ minLength: 64, maxLength: 64 });
const digests = fc.constantFrom(...DIGESTS);

describe('items that Python credstash sealed', () => {
  test.each(opened)('$name: seals to the same contents and hmac', (each) => {
    const { digest, contents, hmac } = attributes(each);
    const value = Buffer.from(each.plaintextHex, 'hex');
    const dataKey = Buffer.from(each.kms.dataKeyHex, 'hex');
    const sealed = seal(value, dataKey, (digest?.S ?? 'SHA256') as Digest);
    const ciphertext = Buffer.from(contents?.S ?? '', 'base64');
    expect(Buffer.from(sealed.contents).toString('hex')).toBe(ciphertext.toString('hex'));
    const stored = Buffer.from(hmac?.B ?? hmac?.S ?? '').toString();
    expect(sealed.hmac).toBe(stored.toLowerCase());
  });

  test('are of every digest', () => {
    const seen = new Set(opened.map(({ item }) => item.digest?.S ?? 'SHA256'));
    expect([...seen].sort()).toEqual([...DIGESTS].sort());
  });
});

test('what was sealed opens, whatever the value, data key and digest', () => {
  fc.assert(
    fc.property(fc.uint8Array(), dataKeys, digests, (value, dataKey, digest) => {
      const opened = open(seal(value, dataKey, digest), dataKey, 'name');
      expect(Buffer.from(opened)).toEqual(Buffer.from(value));
    }),
  );
});

test('no bit of the contents, the hmac or the data key can be changed', () => {
  const values = fc.uint8Array({ minLength: 1 });
  fc.assert(
    fc.property(values, dataKeys, digests, fc.nat(), (value, dataKey, digest, at) => {
      const sealed = seal(value, dataKey, digest);
      const mac = Buffer.from(sealed.hmac, 'hex');
      const forgeries: [typeof sealed, Uint8Array][] = [
        [{ ...sealed, contents: flipBit(sealed.contents, at) }, dataKey],
        [{ ...sealed, hmac: flipBit(mac, at).toString('hex') }, dataKey],
        // The first half of the data key is not authenticated: KMS vouches for it.
        [sealed, flipBit(dataKey, (at % 256) + 256)],
      ];
      for (const [forgery, key] of forgeries) {
        expect(() => open(forgery, key, 'foo')).toThrow(
          expect.objectContaining({
            code: 'ERR_INTEGRITY',
            message: 'Computed HMAC on foo does not match stored HMAC',
          }) as Error,
        );
      }
    }),
  );
});

test('an hmac of another length, or that is not hex, does not match', () => {
  const dataKey = randomBytes(64);
  const sealed = seal(Buffer.from('a'), dataKey, 'SHA256');
  const { hmac } = sealed;
  for (const wrong of ['', hmac.slice(2), `${hmac}00`, `${hmac} `, hmac.replace(/.$/, 'g')]) {
    expect(() => open({ ...sealed, hmac: wrong }, dataKey, 'foo')).toThrow(/HMAC on foo/);
  }
});

test('the hmac may be in upper case', () => {
  const dataKey = randomBytes(64);
  const sealed = seal(Buffer.from('a'), dataKey, 'SHA256');
  const opened = open({ ...sealed, hmac: sealed.hmac.toUpperCase() }, dataKey, 'foo');
  expect(Buffer.from(opened).toString()).toBe('a');
});

test('another digest than the one it was sealed with is refused', () => {
  const dataKey = randomBytes(64);
  for (const digest of DIGESTS) {
    const sealed = seal(Buffer.from('a'), dataKey, digest);
    for (const other of DIGESTS.filter((each) => each !== digest)) {
      expect(() => open({ ...sealed, digest: other }, dataKey, 'foo')).toThrow(/HMAC on foo/);
    }
  }
});

test.each(['RIPEMD', 'WHIRLPOOL', 'sha256', '', 'toString'])(
  'the digest "%s" is not supported',
  (digest) => {
    expect(isDigest(digest)).toBe(false);
    const sealed = { contents: Buffer.from('a'), hmac: '00', digest };
    expect(() => open(sealed, randomBytes(64), 'foo')).toThrow(
      expect.objectContaining({ code: 'ERR_UNSUPPORTED_DIGEST' }) as Error,
    );
  },
);

test('a data key of another length is refused', () => {
  expect(() => seal(Buffer.from('a'), randomBytes(32), 'SHA256')).toThrow(/32 bytes/);
});

function flipBit(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const bit = at % (copy.length * 8);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
