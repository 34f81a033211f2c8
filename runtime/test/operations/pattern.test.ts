import fc from 'fast-check';

import { nameMatcher } from '../../src/operations/pattern.js';

const pieces = fc.constantFrom('a', 'b', 'ab', '.', '/', '+', '😀', '');

describe('nameMatcher', () => {
  test('matches the names that a regular expression with .* for * matches', () => {
    const names = fc.array(pieces, { maxLength: 8 }).map((all) => all.join(''));
    const patterns = fc.array(fc.oneof(pieces, fc.constant('*')), { maxLength: 8 });
    fc.assert(
      fc.property(names, patterns, (name, pattern) => {
        const source = pattern.map((each) =>
          each === '*' ? '[^]*' : each.replace(/[.+/]/, '\\$&'),
        );
        const expected = new RegExp(`^${source.join('')}$`).test(name);
        expect(nameMatcher([pattern.join('')])(name)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('looks at each character of a name a few times at most, whatever the pattern', () => {
    const name = 'a'.repeat(2047);
    let searched = 0;
    const counted = {
      length: name.length,
      startsWith: (text: string) => name.startsWith(text),
      endsWith: (text: string) => name.endsWith(text),
      indexOf: (text: string, from: number) => {
        const found = name.indexOf(text, from);
        searched += (found === -1 ? name.length : found + text.length) - from;
        return found;
      },
    } as unknown as string;
    expect(nameMatcher(['*a'.repeat(500) + '*b'])(counted)).toBe(false);
    expect(searched).toBeLessThanOrEqual(name.length);
  });
});
