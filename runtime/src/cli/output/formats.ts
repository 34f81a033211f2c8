import { toVariables } from './variables.js';

/** How secrets can be written, by the names of Python credstash, and `shell`. */
export const FORMATS = ['json', 'csv', 'dotenv', 'yaml', 'shell'] as const;

export type Format = (typeof FORMATS)[number];

type Secrets = ReadonlyMap<string, string>;

/** Secrets as a text, and those that the format can't hold. */
interface Formatted {
  readonly text: string;
  readonly failures: ReadonlyMap<string, Error>;
}

/** Write secrets in a format, in their order. */
export async function formatSecrets(format: Format, secrets: Secrets): Promise<Formatted> {
  const whole = (text: string): Formatted => ({ text, failures: new Map() });
  switch (format) {
    case 'json':
      return whole(formatJson(secrets));
    case 'csv': {
      const { stringify } = await import('csv-stringify/sync');
      return whole(stringify([...secrets], { quoted_match: /\r/ }));
    }
    case 'yaml': {
      const { stringify } = await import('yaml');
      return whole(stringify(secrets, { lineWidth: 0, singleQuote: true }));
    }
    case 'dotenv':
      return formatDotenv(secrets);
    case 'shell': {
      const { variables, failures } = toVariables(secrets);
      const lines = [...variables].map(([name, value]) => `export ${name}=${shellQuoted(value)}\n`);
      return { text: lines.join(''), failures };
    }
  }
}

/** An object as Python's `json.dumps` writes a dictionary: an indent of 4, and ASCII alone. */
function formatJson(secrets: Secrets): string {
  // Not by way of an object, which has names of its own.
  const members = [...secrets].map((pair) => pair.map(jsonText).join(': '));
  return members.length > 0 ? `{\n    ${members.join(',\n    ')}\n}` : '{}';
}

/** A text in JSON's quotes, in ASCII alone. */
function jsonText(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function formatDotenv(secrets: Secrets): Formatted {
  const failures = new Map<string, Error>();
  let text = '';
  for (const [name, value] of secrets) {
    if (/[^\p{L}\p{N}_./:@%+,-]/u.test(name)) {
      failures.set(name, new Error('its name is not safe in a dotenv file'));
    } else {
      text += `${name.toUpperCase()}=${dotenvQuoted(value)}\n`;
    }
  }
  return { text, failures };
}

/** Quoted as Python does where that is safe; else so that a shell and dotenv libraries agree. */
function dotenvQuoted(value: string): string {
  return value.includes("'") && !/["$`\\!\n\r]/.test(value) ? `"${value}"` : shellQuoted(value);
}

/** A text as one word of a shell. */
export function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
