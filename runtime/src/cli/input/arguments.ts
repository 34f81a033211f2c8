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
  const pairs = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    const at = word.indexOf('=');
    if (at < 1 || at === word.length - 1) {
      command.error(`error: ${rule}, but argument ${index + 1} of ${words.length} isn't`);
    }
    const [key, value] = [word.slice(0, at), word.slice(at + 1)];
    if ((pairs.get(key) ?? value) !== value) {
      command.error(`error: ${JSON.stringify(key)} is given twice, with different values`);
    }
    pairs.set(key, value);
  }
  return Object.fromEntries(pairs);
}

/** Collect the values of a repeatable option. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
