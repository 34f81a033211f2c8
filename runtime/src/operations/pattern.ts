/** Whether a name is a pattern: has a `*`. */
export function isPattern(name: string): boolean {
  return name.includes('*');
}

/** Whether a name matches one of the patterns. Only `*` is special: it stands for any string. */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
  const all = patterns.map((pattern) => pattern.split('*'));
  return (name) => all.some((literals) => matches(name, literals));
}

/**
 * Whether a name is made of the literals, in order, with anything between them.
 *
 * The first place that a literal fits is as good as any later one: so nothing is tried twice.
 */
function matches(name: string, literals: readonly string[]): boolean {
  const [first = '', ...others] = literals;
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let end = first.length;
  for (const literal of others) {
    const start = name.indexOf(literal, end);
    if (start === -1) return false;
    end = start + literal.length;
  }
  return name.length - last.length >= end && name.endsWith(last);
}
