import type { Command } from 'commander';

import type { EncryptionContext } from '../input.js';

/**
 * The encryption context of `key=value` words: the first `=` splits, the value may contain more.
 *
 * A malformed word is a usage error that does not repeat it: it may be a secret, misplaced.
 */
export function parseContext(command: Command, words: readonly string[]): EncryptionContext {
  const pairs = words.map((word, index) => {
    const at = word.indexOf('=');
    if (at < 1 || at === word.length - 1) {
      command.error(
        `error: the encryption context is given as key=value words, and word ${index + 1} of ${words.length} is not one`,
      );
    }
    return [word.slice(0, at), word.slice(at + 1)];
  });
  return Object.fromEntries(pairs) as EncryptionContext;
}
