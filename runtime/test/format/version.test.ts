import fc from 'fast-check';

import { compareBytes } from '../../src/format/text.js';
import { isUnpadded, padVersion, versionAfter } from '../../src/format/version.js';

const numbers = fc.bigInt({ min: 0n, max: 10n ** 19n - 2n });

describe('padVersion', () => {
  test.each([
    [1, '0000000000000000001'],
    ['1', '0000000000000000001'],
    ['v1.0.0-1', '00000000000v1.0.0-1'],
    ['1234567890123456789', '1234567890123456789'],
    ['12345678901234567890', '12345678901234567890'],
    ['😀', '000000000000000000😀'],
  ])('%p is stored as %s', (version, stored) => {
    expect(padVersion(version)).toBe(stored);
  });

  test('padded numbers sort as numbers, in bytes', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const order = compareBytes(padVersion(String(a)), padVersion(String(b)));
        expect(order).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  test('what is padded stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        expect(padVersion(padVersion(text))).toBe(padVersion(text));
      }),
    );
  });

  test.each([-1, 1.5, NaN, Infinity, 2 ** 53, '', '\ud800'])('refuses %p', (version) => {
    expect(() => padVersion(version)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error,
    );
  });
});

describe('versionAfter', () => {
  test('is one more than the largest number', () => {
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 1 }), (all) => {
        const largest = all.reduce((a, b) => (a > b ? a : b));
        expect(BigInt(versionAfter('a', all.map(String)))).toBe(largest + 1n);
      }),
    );
  });

  test('an unpadded version may hide a padded, larger one', () => {
    expect(isUnpadded('9')).toBe(true);
    expect(isUnpadded(padVersion(12))).toBe(false);
    expect(versionAfter('a', ['9', padVersion(12)])).toBe(padVersion(13));
  });

  test('a single padded version is the largest: nothing unpadded sorts below a smaller one', () => {
    fc.assert(
      fc.property(numbers, fc.nat(), fc.nat(18), (padded, value, zeros) => {
        const unpadded = String(value).padStart(zeros, '0');
        fc.pre(unpadded.length < 19 && compareBytes(unpadded, padVersion(String(padded))) < 0);
        expect(BigInt(value)).toBeLessThanOrEqual(padded);
      }),
    );
  });

  test('after a text there is none', () => {
    expect(() => versionAfter('a', [padVersion('v1'), padVersion(3)])).toThrow(
      expect.objectContaining({
        code: 'ERR_NO_NEXT_VERSION',
        message:
          'a has no next version: its latest, 00000000000000000v1, is not a number. Name the version to write.',
        secret: { name: 'a', latestVersion: padVersion('v1') },
      }) as Error,
    );
  });

  test('after the highest of 19 digits there is none, as more would sort lower', () => {
    expect(() => versionAfter('a', ['9'.repeat(19)])).toThrow(/highest/);
  });
});
