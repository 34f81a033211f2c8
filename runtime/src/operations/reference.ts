import type { EncryptionContext } from '../format/encryption-context.js';
import { checkText } from '../format/text.js';
import { invalid, takeContext, takeOptions, takeVersion, type Takers } from './options.js';

export interface ReferenceOptions {
  /**
   * The version to read.
   *
   * @default - the latest
   */
  readonly version?: string | number | undefined;
  /**
   * The encryption context that the secret was put with.
   *
   * @default - none, or that given for all references at once
   */
  readonly context?: EncryptionContext | undefined;
}

/** What a reference says. */
export interface Reference extends ReferenceOptions {
  readonly name: string;
}

const REFERENCE_OPTIONS: Takers<ReferenceOptions> = { version: takeVersion, context: takeContext };

const SCHEME = 'credstash:';
const CONTEXT = 'context.';

/** What the path and the query of a URI can't hold. */
const NOT_OF_URI = /[^\w.~!$&'()*+,;=:@/?%-]|%(?![0-9A-Fa-f]{2})/;

/** Whether a text is meant to be a reference: it may be malformed. */
export function isReference(text: string): boolean {
  return text.startsWith(SCHEME);
}

/**
 * A reference to a secret, such as `credstash:app/db.password?version=3&context.env=prod`.
 *
 * @throws ERR_INVALID_ARGUMENT
 * @example
 * const environment = { DB_PASSWORD: formatReference('app/db.password') };
 */
export function formatReference(name: string, options: ReferenceOptions = {}): string {
  checkText("A secret's name", name);
  if (name === '') throw invalid("A secret's name must not be empty.");
  const { version, context = {} } = takeOptions(options, REFERENCE_OPTIONS);
  const parameters = Object.entries(context)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${CONTEXT}${encode(key)}=${encode(value)}`);
  if (version !== undefined) parameters.unshift(`version=${encode(String(version))}`);
  const query = parameters.length > 0 ? `?${parameters.join('&')}` : '';
  return `${SCHEME}${encode(name)}${query}`;
}

/**
 * What a reference says.
 *
 * @throws ERR_INVALID_ARGUMENT which does not repeat the reference: it may be a misplaced secret
 */
export function parseReference(text: string): Reference {
  const rest = text.slice(SCHEME.length);
  if (NOT_OF_URI.test(rest)) {
    throw invalid(
      'The reference has a character that must be percent-encoded, such as a space: %20.',
    );
  }
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw invalid('The reference is percent-encoded, but not from UTF-8.');
    }
  };
  const [name, query] = split(rest, '?');
  const parameters = new Map<string, string>();
  for (const parameter of query?.split('&') ?? []) {
    const [start, value] = split(parameter, '=');
    const key = decode(start);
    if (value === undefined || !(key === 'version' || key.startsWith(CONTEXT))) {
      throw invalid('The reference has another parameter than version=… and context.KEY=….');
    }
    if (parameters.has(key)) throw invalid('The reference has a parameter twice.');
    parameters.set(key, decode(value));
  }
  const version = parameters.get('version');
  parameters.delete('version');
  const pairs = [...parameters].map(([key, value]) => [key.slice(CONTEXT.length), value] as const);
  return {
    name: decode(name),
    ...(version === undefined ? {} : { version }),
    ...(pairs.length === 0 ? {} : { context: Object.fromEntries(pairs) }),
  };
}

/** As in a URI, where `/`, `:` and `@` stay readable. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/%(2F|3A|40)/g, decodeURIComponent);
}

/** What is before and, if there is one, after the first separator. */
function split(text: string, separator: string): [before: string, after?: string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
