/**
 * The parts of a pattern of IAM: `${*}`, `${?}` and `${$}` stand for what is in them; other `${…}` and
 * `<…>` for what only the deployment knows; `*` for any text, `?` for any character.
 */
const PART = /\$\{([*?$])\}|(\$\{[^}]*\}|<[^<>]*>|\*)|[^]/gu;

/**
 * A pattern as a regular expression. What only the deployment knows may be anything.
 *
 * Each text between two `*` is searched for once, in a group that is not tried again: so no pattern
 * takes long.
 */
export function expressionOf(pattern: string): string {
  const texts = [''];
  for (const [part, literal, anything] of pattern.matchAll(PART)) {
    const text = texts.at(-1) ?? '';
    if (anything !== undefined) texts.push('');
    else texts[texts.length - 1] = text + (part === '?' ? '[^]' : escaped(literal ?? part));
  }
  const [first = '', ...others] = texts;
  const last = others.pop();
  if (last === undefined) return `^${first}$`;
  const middle = others.map((each, index) => `(?=([^]*?${each}))\\${index + 1}`);
  return `^${first}${middle.join('')}[^]*${last}$`;
}

/** Whether a text matches a pattern; `undefined` if only the deployment knows. */
export function matches(pattern: string, text: string): boolean | undefined {
  if (!new RegExp(expressionOf(pattern), 'u').test(text)) return false;
  return isUnknown(pattern) ? undefined : true;
}

/** Whether a pattern has a part that only the deployment knows. */
function isUnknown(pattern: string): boolean {
  return Array.from(pattern.matchAll(PART)).some(([, , any = '*']) => any !== '*');
}

function escaped(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}
