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

/** JSON as Python's `json.dumps` writes it: indented by 4, ASCII only. */
function formatJson(secrets: Secrets): string {
  // Not through an object: it would reorder numeric names, and `__proto__` is special.
  const members = [...secrets].map((pair) => pair.map(jsonString).join(': '));
  return members.length > 0 ? `{\n    ${members.join(',\n    ')}\n}` : '{}';
}

/** A JSON string, ASCII only. */
function jsonString(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function formatDotenv(secrets: Secrets): Formatted {
  const failures = new Map<string, Error>();
  let text = '';
  for (const [name, value] of secrets) {
    if (/[^\p{L}\p{N}_./:@%+,-]/u.test(name)) {
      failures.set(name, new Error('its name is unsafe in a dotenv file'));
    } else {
      text += `${name.toUpperCase()}=${dotenvQuoted(value)}\n`;
    }
  }
  return { text, failures };
}

/** Quote as Python does where that is safe, otherwise so that shells and dotenv libraries agree. */
function dotenvQuoted(value: string): string {
  return value.includes("'") && !/["$`\\!\n\r]/.test(value) ? `"${value}"` : shellQuoted(value);
}

/** A string as one word of a shell. */
export function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
