/** Whether a text is a pattern: has a `*`. */
export function isPattern(text: string): boolean {
  return text.includes('*');
}

/** Whether a name is one of the patterns, in which only `*` is special: it stands for any text. */
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
