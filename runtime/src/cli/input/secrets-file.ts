import { CredstashError } from '../../errors.js';

/** The formats that `putall` reads. */
export const INPUT_FORMATS = ['json', 'yaml', 'dotenv'] as const;

export type InputFormat = (typeof INPUT_FORMATS)[number];

/** A name, and what should be a string. */
type Entry = readonly [name: unknown, value: unknown];

/** Why a file is refused. It quotes no value. */
class Malformed extends Error {}

/** The format for a file's extension; JSON for any other argument. */
export function inputFormatOf(argument: string): InputFormat {
  if (/^@.*\.ya?ml$/.test(argument)) return 'yaml';
  return /^@.*\.env$/.test(argument) ? 'dotenv' : 'json';
}

/**
 * Parse secrets: an object whose values are strings.
 *
 * @throws ERR_INVALID_ARGUMENT, which names the bad key or the line, but quotes no content
 */
export async function parseSecrets(
  bytes: Uint8Array,
  format: InputFormat,
): Promise<Map<string, string>> {
  try {
    const secrets = collect(await PARSERS[format](decode(bytes)));
    if (secrets.size > 0) return secrets;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const names = { json: 'JSON', yaml: 'YAML', dotenv: 'dotenv' };
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `The secrets are malformed ${names[format]}${error.message}. Nothing was stored.`,
    );
  }
  throw new CredstashError('ERR_INVALID_ARGUMENT', 'There is nothing to store.');
}

/** A string, without a byte order mark. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Malformed(': it is not UTF-8');
  }
}

function collect(entries: Iterable<Entry>): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const [name, value] of entries) {
    if (typeof name !== 'string') throw new Malformed(`: a name is not a string (${typeOf(name)})`);
    const quoted = JSON.stringify(name);
    if (typeof value !== 'string') {
      throw new Malformed(`: the value of ${quoted} must be a string (got ${typeOf(value)})`);
    }
    if (secrets.has(name)) throw new Malformed(`: ${quoted} is given twice`);
    secrets.set(name, value);
  }
  return secrets;
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

const NO_OBJECT = ': it must be an object whose values are strings';

const PARSERS: Readonly<Record<InputFormat, (text: string) => Promise<Iterable<Entry>>>> = {
  // eslint-disable-next-line @typescript-eslint/require-await -- the others import their parser
  json: async (text) => {
    if (text.trim() === '') return [];
    let secrets: unknown;
    try {
      secrets = JSON.parse(text);
    } catch (error) {
      const [, position] = /at position (\d+)/.exec((error as Error).message) ?? [];
      throw new Malformed(position === undefined ? '' : ` at character ${position}`);
    }
    if (typeOf(secrets) !== 'object') throw new Malformed(NO_OBJECT);
    const entries = Object.entries(secrets as object);
    if (entries.some(([, value]) => typeof value !== 'string')) return entries;
    // The values are strings, so a string before a colon is a name; the parser kept one of each.
    const strings = text.replace(/\\./g, '__').matchAll(/("[^"]*")(\s*:)?/g);
    const names = [...strings].flatMap(({ 1: string = '', 2: colon, index }) =>
      colon === undefined ? [] : [text.slice(index, index + string.length)],
    );
    return names.length === entries.length
      ? entries
      : names.map((name) => [JSON.parse(name), ''] as const);
  },

  yaml: async (text) => {
    const { isAlias, isMap, isScalar, parseDocument } = await import('yaml');
    // Its own search for duplicates is quadratic.
    const document = parseDocument(text, { uniqueKeys: false });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) {
      throw new Malformed(` at line ${problem.linePos?.[0].line ?? 1} (${problem.code})`);
    }
    const { contents } = document;
    if (contents === null || (isScalar(contents) && contents.value === null)) return [];
    // A set is a map to the parser. An ordered map isn't, nor are pairs.
    if (!isMap(contents) || contents.tag === 'tag:yaml.org,2002:set')
      throw new Malformed(NO_OBJECT);
    const anchors = new Map<string, unknown>();
    const read = (node: unknown): unknown => {
      if (isAlias(node)) return anchors.get(node.source);
      if (!isScalar(node)) return isMap(node) ? {} : node === null ? null : [];
      if (node.anchor !== undefined) anchors.set(node.anchor, node.value);
      return node.value;
    };
    return contents.items.map(({ key, value }) => [read(key), read(value)] as const);
  },

  dotenv: async (text) => {
    const { parse } = await import('dotenv');
    const lines = text.replace(/\r\n?/g, '\n');
    const entries: Entry[] = [];
    let end = 0;
    for (const [all, name, value = ''] of lines.matchAll(DOTENV_LINE)) {
      end += all.length;
      // The library drops a variable named __proto__.
      if (name !== undefined) entries.push([name, parse(`VALUE=${value}`).VALUE]);
    }
    if (end < lines.length)
      throw new Malformed(` at line ${lines.slice(0, end).split('\n').length}`);
    return entries;
  },
};

/**
 * A line that the `dotenv` library reads whole, as a shell does: it skips others, and ends a value
 * without quotes at any `#`.
 */
const DOTENV_LINE =
  /[ \t]*(?:(?:export[ \t]+)?([\w.-]+)(?:[ \t]*=|:[ \t])[ \t]*('(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`|[^\s#'"`](?:[^#\n]*[^\s#])?|)(?:[ \t]+#[^\n]*|[ \t]*)|#[^\n]*|)(?:\n|$)/gy;
