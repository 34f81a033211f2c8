/** The word that a misspelt one may be meant for: one that a few letters tell apart, if any. */
export function nearest(misspelt: string, words: readonly string[]): string | undefined {
  const distances = words.map((word) => ({
    word,
    distance: distance(misspelt.toLowerCase(), word.toLowerCase()),
  }));
  const [best] = distances.sort((a, b) => a.distance - b.distance);
  const most = Math.min(3, 0.4 * (best?.word.length ?? 0));
  return best && best.distance <= most ? best.word : undefined;
}

/** Letters to insert, delete or replace (Levenshtein's distance). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
