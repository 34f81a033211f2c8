/**
 * A part of a pattern of IAM: a character, `?`, `*`, or something that only the deployment knows.
 *
 * The deployment knows the id that a resource will have, which is never that of another resource
 * (`id`), and values that may be anything (`value`).
 */
type Part =
  | { readonly kind: 'character' | 'id' | 'value'; readonly text: string }
  | { readonly kind: 'one' | 'any' };

const PART = /\$\{([*?$])\}|(\$\{[^}]*\}|<[^<>]*>)|[^]/gu;

/** The same patterns are compared many times. */
const PARSED = new Map<string, readonly Part[]>();

function parts(pattern: string): readonly Part[] {
  const known = PARSED.get(pattern);
  if (known) return known;
  const parsed = Array.from(pattern.matchAll(PART), ([text, escaped, unknown]): Part => {
    if (escaped !== undefined) return { kind: 'character', text: escaped };
    if (unknown !== undefined) return { kind: /^<id /.test(text) ? 'id' : 'value', text };
    if (text === '*') return { kind: 'any' };
    return text === '?' ? { kind: 'one' } : { kind: 'character', text };
  });
  PARSED.set(pattern, parsed);
  return parsed;
}

/** What stands in a text for the id that the deployment gives a resource; those of two differ. */
export function unknownId(of: string): string {
  return `<id ${inWords(of)}>`;
}

/** What stands in a text for a value that only the deployment knows. */
export function unknownValue(of: string): string {
  return `<${inWords(of)}>`;
}

/** A text that doesn't end what it stands in. */
function inWords(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›');
}

/** Whether a text has parts that only the deployment knows. */
export function isUnknown(text: string): boolean {
  return parts(text).some(({ kind }) => kind === 'id' || kind === 'value');
}

/** Whether every text that matches the narrow pattern matches the wide one, as far as is known. */
export function covers(wide: string, narrow: string): boolean {
  return walk(parts(wide), parts(narrow), (a, b) => {
    if (a === undefined) return [];
    if (a.kind === 'any') return b === undefined ? ['first'] : ['first', 'second'];
    if (b === undefined) return [];
    if (a.kind === 'one') return b.kind === 'one' || b.kind === 'character' ? ['both'] : [];
    return isSame(a, b) ? ['both'] : [];
  });
}

/** Whether some text may match both patterns. */
export function overlaps(one: string, other: string): boolean {
  return walk(parts(one), parts(other), (a, b) => {
    if (a === undefined) return b && isOpen(b) ? ['second'] : [];
    if (b === undefined) return isOpen(a) ? ['first'] : [];
    // Two resources have two ids.
    if (a.kind === 'id' && b.kind === 'id') return isSame(a, b) ? ['both'] : [];
    // What is open ends here, or stands for the other part, too.
    if (isOpen(a) || isOpen(b)) return ['first', 'second'];
    return a.kind === 'one' || b.kind === 'one' || isSame(a, b) ? ['both'] : [];
  });
}

/** Whether a pattern of IAM matches a text; `undefined` if only the deployment knows. */
export function matches(pattern: string, text: string): boolean | undefined {
  if (pattern === text || pattern === '*') return true;
  // Most texts differ in what they start with.
  const starts = [pattern, text].map((each) => each.replace(/[*?$<][^]*/, ''));
  const [shorter = '', longer = ''] = starts.sort((a, b) => a.length - b.length);
  if (!longer.startsWith(shorter)) return false;
  if (covers(pattern, text)) return true;
  return overlaps(pattern, text) ? undefined : false;
}

type Step = 'first' | 'second' | 'both';

/** Whether both lists can be walked to their ends. */
function walk(
  first: readonly Part[],
  second: readonly Part[],
  steps: (a: Part | undefined, b: Part | undefined) => readonly Step[],
): boolean {
  const seen = new Set<number>();
  const queue: [number, number][] = [[0, 0]];
  for (const [i, j] of queue) {
    if (i === first.length && j === second.length) return true;
    const place = i * (second.length + 1) + j;
    if (seen.has(place)) continue;
    seen.add(place);
    for (const step of steps(first[i], second[j])) {
      queue.push([step === 'second' ? i : i + 1, step === 'first' ? j : j + 1]);
    }
  }
  return false;
}

/** Whether a part may stand for several characters. */
function isOpen({ kind }: Part): boolean {
  return kind === 'any' || kind === 'id' || kind === 'value';
}

function isSame(a: Part, b: Part): boolean {
  return a.kind === b.kind && ('text' in a ? a.text : '') === ('text' in b ? b.text : '');
}
