import fc from 'fast-check';

import { compareBytes } from '../../src/format/text.js';

const texts = fc.string({ unit: 'binary' });

test('compareBytes orders strings by their UTF-8 bytes, where UTF-16 differs', () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const order = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(compareBytes(a, b)).toBe(order);
    }),
  );
  expect(compareBytes('\uffee', '\u{10000}')).toBe(-1);
  expect('\uffee' < '\u{10000}').toBe(false);
});
