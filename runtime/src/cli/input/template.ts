import { CredstashError } from '../../errors.js';

/** A file with references to secrets, in parts. */
export interface Template {
  /** Bytes to copy, and where a reference is: `file:line:column`. */
  readonly parts: readonly (Uint8Array | string)[];
  /** The references, by where they are. */
  readonly references: ReadonlyMap<string, string>;
  /** Where braces are that look like a placeholder, and are copied. */
  readonly copied: readonly string[];
}

const NEWLINE = 0x0a;

/**
 * A placeholder, up to the end of the line if nothing closes it; or the start of what others fill in, such
 * as `{{- credstash:NAME -}}` and `{{ "credstash:NAME" }}`.
 */
const PLACEHOLDER = /\{\{[ \t]*(credstash:[^\n]*?)(\}\}|$)|\{\{[\s"'`~-]*credstash:/gm;

/**
 * Find the placeholders `{{ credstash:NAME }}`. Other braces mean nothing.
 *
 * @param file How errors name the template.
 * @throws ERR_INVALID_ARGUMENT if a placeholder does not end on its line
 */
export function parseTemplate(file: string, bytes: Buffer): Template {
  const parts: (Uint8Array | string)[] = [];
  const references = new Map<string, string>();
  const copied: string[] = [];
  let end = 0;
  let at = 0;
  let line = 1;
  let lineStart = 0;
  // A character for each byte: so what is no placeholder is copied as it is, in any encoding.
  for (const match of bytes.toString('latin1').matchAll(PLACEHOLDER)) {
    const [placeholder, reference, closing] = match;
    const { index } = match;
    for (; at < index; at++) {
      if (bytes[at] !== NEWLINE) continue;
      line++;
      lineStart = at + 1;
    }
    const where = `${file}:${line}:${index - lineStart + 1}`;
    if (reference === undefined) {
      copied.push(where);
      continue;
    }
    if (closing === '') {
      throw new CredstashError(
        'ERR_INVALID_ARGUMENT',
        `${where}: the placeholder has no }} on its line.`,
      );
    }
    parts.push(bytes.subarray(end, index), where);
    references.set(where, reference.trimEnd());
    end = index + placeholder.length;
  }
  parts.push(bytes.subarray(end));
  return { parts, references, copied };
}

/**
 * The template with the values of the references, by where they are, in their places; undefined if it
 * has more bytes than `most`.
 */
export function fillTemplate(
  template: Template,
  values: ReadonlyMap<string, string>,
  most: number,
): Buffer | undefined {
  const filled: Uint8Array[] = [];
  let size = 0;
  for (const part of template.parts) {
    const bytes = typeof part === 'string' ? Buffer.from(values.get(part) ?? '') : part;
    size += bytes.length;
    if (size > most) return undefined;
    filled.push(bytes);
  }
  return Buffer.concat(filled);
}
