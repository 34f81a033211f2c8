import fc from 'fast-check';

import { matchesPattern } from '../../../testbed/conditions.js';
import { matches } from '../../src/access/pattern.js';

test('a pattern matches what the authorizer of the embedded AWS lets it match', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '1',
    '*',
    '?',
    '.',
    '$',
    '\\',
    '${*}',
    '${?}',
    '${$}',
    '😀',
  );
  const pattern = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const text = fc.array(fc.constantFrom('a', 'b', '1', '*', '?', '.', '$', '\\', '\n', '😀'), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(pattern, text, (wanted, pieces) => {
      const name = pieces.join('');
      expect(matches(wanted, name)).toBe(matchesPattern(wanted, name));
    }),
    { numRuns: 2000 },
  );
});

test('what only the deployment knows may match anything, and is never a yes', () => {
  expect(matches('<Prefix of Stack>/db', 'app/db')).toBeUndefined();
  expect(matches('${aws:username}/*', 'app/db')).toBeUndefined();
  expect(matches('<Prefix of Stack>/db', 'app/web')).toBe(false);
});

test('no pattern takes long', () => {
  const start = performance.now();
  expect(matches(`${'*a'.repeat(500)}b`, 'a'.repeat(2048))).toBe(false);
  expect(performance.now() - start).toBeLessThan(1000);
});
