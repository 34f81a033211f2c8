import fc from 'fast-check';

import { formatReference } from '../../src/index.js';
import { parseReference } from '../../src/operations/reference.js';

const text = fc.string({ unit: 'binary' });
const word = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc
    .array(
      fc.constantFrom('a', '%', '%25', '?', '&', '=', '+', '#', ' ', '/', '}}', 'version', '.'),
      {
        minLength: 1,
      },
    )
    .map((parts) => parts.join('')),
);
const context = fc.dictionary(word, text, { minKeys: 1 });

test('a reference says what it was made from, whatever the name, version and context are', () => {
  fc.assert(
    fc.property(word, fc.option(word), fc.option(context), (name, version, pairs) => {
      const options = { ...(version && { version }), ...(pairs && { context: pairs }) };
      const reference = formatReference(name, options);
      expect(parseReference(reference)).toEqual({ name, ...options });
      // It stands in a variable, a file and a line of a shell script as it is.
      expect(reference).toMatch(/^credstash:[\w.~!'()*/:@%-]+(\?[\w.~!'()*/:@%=&-]+)?$/);
    }),
  );
});

test('references that say the same are the same', () => {
  const one = formatReference('a', { version: 1, context: { x: '1', y: '2' } });
  expect(formatReference('a', { context: { y: '2', x: '1' }, version: '1' })).toBe(one);
  expect(formatReference('a', { context: {} })).toBe(formatReference('a'));
});

test.each([
  ['app/db.password', {}, 'credstash:app/db.password'],
  ['app:db@1', { version: 3 }, 'credstash:app:db@1?version=3'],
  ['100% why?', { context: { env: 'prod' } }, 'credstash:100%25%20why%3F?context.env=prod'],
])('the reference to %s is readable', (name, options, reference) => {
  expect(formatReference(name, options)).toBe(reference);
});

test.each([
  ["a + is no space, and ! $ ' ( ) * , ; are letters", "credstash:a+b!$'()*,;", "a+b!$'()*,;"],
  ['a = in a name is a letter', 'credstash:a=b', 'a=b'],
  ['an escape may be in lower case', 'credstash:caf%c3%a9', 'café'],
])('in a reference, %s', (_, reference, name) => {
  expect(parseReference(reference)).toEqual({ name });
});

test('in a reference, the first = of a parameter separates', () => {
  expect(parseReference('credstash:a?context.key=b=c&version=1')).toEqual({
    name: 'a',
    version: '1',
    context: { key: 'b=c' },
  });
});
