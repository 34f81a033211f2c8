import { CredstashError } from '../../errors.js';

/** A file with references to secrets, in parts. */
export interface Template {
  /** The bytes before, between and after the references: one part more than there are of these. */
  readonly literals: readonly Uint8Array[];
  /** The references, by where they are: `file:line:column`. */
  readonly references: ReadonlyMap<string, string>;
}

/** Up to the end of the line, if nothing closes it. */
const PLACEHOLDER = /\{\{[ \t]*(credstash:[^\n]*?)(\}\}|$)/gm;

/**
 * Find the placeholders `{{ credstash:NAME }}`. Other braces mean nothing.
 *
 * @param file How errors name the template.
 * @throws ERR_INVALID_ARGUMENT if a placeholder does not end on its line
 */
export function parseTemplate(file: string, bytes: Buffer): Template {
  const literals: Uint8Array[] = [];
  const references = new Map<string, string>();
  let end = 0;
  let line = 1;
  let lineStart = 0;
  // A character for each byte: so what is no placeholder is copied as it is, in any encoding.
  for (const match of bytes.toString('latin1').matchAll(PLACEHOLDER)) {
    const [placeholder, reference = '', closing] = match;
    const { index } = match;
    for (
      let at = bytes.indexOf('\n', end);
      at !== -1 && at < index;
      at = bytes.indexOf('\n', at + 1)
    ) {
      line++;
      lineStart = at + 1;
    }
    const where = `${file}:${line}:${index - lineStart + 1}`;
    if (closing === '') {
      throw new CredstashError(
        'ERR_INVALID_ARGUMENT',
        `${where}: the placeholder has no }} on its line.`,
      );
    }
    literals.push(bytes.subarray(end, index));
    references.set(where, reference.trimEnd());
    end = index + placeholder.length;
  }
  return { literals: [...literals, bytes.subarray(end)], references };
}

/** The parts of a template, with the values of the references, by where they are, in between. */
export function fillTemplate(
  { literals, references }: Template,
  values: ReadonlyMap<string, string>,
): Uint8Array[] {
  const filled = Array.from(references.keys(), (where) => Buffer.from(values.get(where) ?? ''));
  return literals.flatMap((literal, index) => [literal, filled[index] ?? []].flat());
}
