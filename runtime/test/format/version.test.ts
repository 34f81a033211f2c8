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
  ])('turns %p into %s', (version, stored) => {
    expect(padVersion(version)).toBe(stored);
  });

  test('makes numbers sort as numbers when their bytes are compared', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const order = compareBytes(padVersion(String(a)), padVersion(String(b)));
        expect(order).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  test('leaves a padded version unchanged', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        expect(padVersion(padVersion(text))).toBe(padVersion(text));
      }),
    );
  });

  test.each([-1, 1.5, NaN, Infinity, 2 ** 53, '', '\ud800'])(
    'throws ERR_INVALID_ARGUMENT for %p',
    (version) => {
      expect(() => padVersion(version)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }) as Error,
      );
    },
  );
});

describe('versionAfter', () => {
  test('returns one more than the largest number', () => {
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 1 }), (all) => {
        const largest = all.reduce((a, b) => (a > b ? a : b));
        expect(BigInt(versionAfter('a', all.map(String)))).toBe(largest + 1n);
      }),
    );
  });

  test('finds the largest number even when a smaller, unpadded one sorts above it', () => {
    expect(isUnpadded('9')).toBe(true);
    expect(isUnpadded(padVersion(12))).toBe(false);
    expect(versionAfter('a', ['9', padVersion(12)])).toBe(padVersion(13));
  });

  test('needs no other version than a padded latest one: no larger unpadded one sorts below it', () => {
    fc.assert(
      fc.property(numbers, fc.nat(), fc.nat(18), (padded, value, zeros) => {
        const unpadded = String(value).padStart(zeros, '0');
        fc.pre(unpadded.length < 19 && compareBytes(unpadded, padVersion(String(padded))) < 0);
        expect(BigInt(value)).toBeLessThanOrEqual(padded);
      }),
    );
  });

  test('throws ERR_NO_NEXT_VERSION when the latest version is not a number', () => {
    expect(() => versionAfter('a', [padVersion('v1'), padVersion(3)])).toThrow(
      expect.objectContaining({
        code: 'ERR_NO_NEXT_VERSION',
        message:
          'a has no next version: its latest, 00000000000000000v1, is not a number. Delete that version if nobody needs it; another one, given by name, would not become the latest.',
        secret: { name: 'a', latestVersion: padVersion('v1') },
      }) as Error,
    );
  });

  test('throws after the highest number of 19 digits, as a longer one would sort lower', () => {
    expect(() => versionAfter('a', ['9'.repeat(19)])).toThrow(
      /its latest, 9{19}, is the highest number\. Delete that version/,
    );
  });

  test('names the largest number as the one to delete, though an unpadded version hides it', () => {
    const largest = `1${'0'.repeat(19)}`;
    expect(() => versionAfter('a', ['9', largest, padVersion(12)])).toThrow(
      expect.objectContaining({ secret: { name: 'a', latestVersion: largest } }) as Error,
    );
  });
});
