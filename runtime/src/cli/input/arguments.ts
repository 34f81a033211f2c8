import type { Command } from 'commander';

import type { EncryptionContext } from '../../format/encryption-context.js';

/**
 * The encryption context of `key=value` words: the first `=` splits, the value may contain more.
 *
 * @throws a usage error
 */
export function parseContext(command: Command, words: readonly string[]): EncryptionContext {
  return parsePairs(command, words, 'the encryption context is given as key=value words');
}

/**
 * Pairs of words with an equals sign, both sides of it not empty.
 *
 * A malformed word is a usage error that does not repeat it: it may be a secret, misplaced.
 */
export function parsePairs(
  command: Command,
  words: readonly string[],
  rule: string,
): Record<string, string> {
  const pairs = words.map((word, index) => {
    const at = word.indexOf('=');
    if (at < 1 || at === word.length - 1) {
      command.error(`error: ${rule}, and word ${index + 1} of ${words.length} is not one`);
    }
    return [word.slice(0, at), word.slice(at + 1)];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** For an option that may be given many times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
