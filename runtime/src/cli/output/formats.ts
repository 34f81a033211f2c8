import { unicodeEscape } from './terminal.js';
import { toVariables } from './variables.js';

/** The output formats of Python credstash, and `shell`. */
export const FORMATS = ['json', 'csv', 'dotenv', 'yaml', 'shell'] as const;

export type Format = (typeof FORMATS)[number];

type Secrets = ReadonlyMap<string, string>;

/** Formatted secrets, and the errors for those that the format can't represent. */
interface Formatted {
  readonly text: string;
  readonly failures: ReadonlyMap<string, Error>;
}

/** Format secrets, in their order. */
export async function formatSecrets(format: Format, secrets: Secrets): Promise<Formatted> {
  const whole = (text: string): Formatted => ({ text, failures: new Map() });
  switch (format) {
    case 'json':
      return whole(formatJson(secrets));
    case 'csv': {
      const { stringify } = await import('csv-stringify/sync');
      return whole(stringify([...secrets], { quoted_match: /\r/ }));
    }
    case 'yaml':
      return whole(formatYaml(secrets));
    case 'dotenv':
      return formatDotenv(secrets);
    case 'shell': {
      const { variables, failures } = toVariables(secrets);
      const lines = [...variables].map(([name, value]) => `export ${name}=${shellQuoted(value)}\n`);
      return { text: lines.join(''), failures };
    }
  }
}

/** JSON as Python's `json.dumps` writes it: indented by 4, ASCII only. */
function formatJson(secrets: Secrets): string {
  // Not through an object: it would reorder numeric names, and `__proto__` is special.
  const members = [...secrets].map((pair) => pair.map(jsonString).join(': '));
  return members.length > 0 ? `{\n    ${members.join(',\n    ')}\n}` : '{}';
}

/** A JSON string, ASCII only. */
function jsonString(value: string): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, unicodeEscape);
}

/**
 * YAML in which readers of 1.1 and of 1.2 find the same strings: in double quotes, because either
 * takes some plain words, such as `yes`, `1_000` or `12:30:45`, for something else.
 */
function formatYaml(secrets: Secrets): string {
  const members = [...secrets].map((pair) => {
    const [name = '', value] = pair.map(yamlString);
    return `${name.length > YAML_SIMPLE_KEY ? `? ${name}\n` : name}: ${value}\n`;
  });
  return members.join('') || '{}\n';
}

/** A longer key of YAML needs a `?`. */
const YAML_SIMPLE_KEY = 1000;

/** A string in double quotes of YAML, without what 1.1 takes for a line break, or does not allow. */
function yamlString(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    unicodeEscape,
  );
}

/** Lines from which bash, the npm package dotenv and python-dotenv read the same variables. */
function formatDotenv(secrets: Secrets): Formatted {
  const quoted = new Map<string, string>();
  const failures = new Map<string, Error>();
  for (const [name, value] of secrets) {
    const word = dotenvQuoted(value);
    if (word === undefined) failures.set(name, new Error(UNQUOTABLE));
    else quoted.set(name, word);
  }
  const named = toVariables(quoted);
  const lines = [...named.variables].map(([variable, word]) => `${variable}=${word}\n`);
  return { text: lines.join(''), failures: new Map([...failures, ...named.failures]) };
}

const UNQUOTABLE = "readers of dotenv files wouldn't agree on its value; use -f shell or json";

/**
 * A string as all readers of dotenv files read it back, if there is a way to write it. In single
 * quotes, python-dotenv takes `\\`, `\'` and `${` for something else; in double quotes, shells take
 * `$` and more. The npm package takes each carriage return for a newline.
 */
function dotenvQuoted(value: string): string | undefined {
  if (/\r|\$\{/.test(value)) return undefined;
  if (!/'|\\\\|\\$/.test(value)) return `'${value}'`;
  return /["$`\\]/.test(value) ? undefined : `"${value}"`;
}

/** A string as one word of a shell. */
export function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
