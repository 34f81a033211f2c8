import type { Command } from 'commander';

import type { EncryptionContext } from '../../format/encryption-context.js';

/**
 * The encryption context in `key=value` arguments. The first `=` separates; the value may contain more.
 *
 * @throws a usage error
 */
export function parseContext(command: Command, words: readonly string[]): EncryptionContext {
  return parsePairs(command, words, 'the encryption context must be key=value');
}

/**
 * The pairs in `key=value` arguments; neither side may be empty.
 *
 * The usage error does not print a malformed argument: it may be a misplaced secret.
 */
export function parsePairs(
  command: Command,
  words: readonly string[],
  rule: string,
): Record<string, string> {
  const pairs = words.map((word, index) => {
    const at = word.indexOf('=');
    if (at < 1 || at === word.length - 1) {
      command.error(`error: ${rule}, but argument ${index + 1} of ${words.length} isn't`);
    }
    return [word.slice(0, at), word.slice(at + 1)];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** Collect the values of a repeatable option. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
