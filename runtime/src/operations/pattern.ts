/** Whether a name is a pattern: has a `*`. */
export function isPattern(name: string): boolean {
  return name.includes('*');
}

/** Whether a name matches one of the patterns. Only `*` is special: it stands for any string. */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
  const sources = patterns.map((pattern) =>
    pattern
      .split('*')
      .map((literal) => literal.replace(/[\\^$.+?()[\]{}|/]/g, '\\$&'))
      .join('[^]*'),
  );
  const expression = new RegExp(`^(?:${sources.join('|')})$`);
  return (name) => expression.test(name);
}
