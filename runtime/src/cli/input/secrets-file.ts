import { isUtf8 } from 'node:buffer';

import { CredstashError } from '../../errors.js';

/** The formats that `putall` reads. */
export const INPUT_FORMATS = ['json', 'yaml', 'dotenv'] as const;

export type InputFormat = (typeof INPUT_FORMATS)[number];

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
  if (!isUtf8(bytes)) throw malformed(format, ': it is not UTF-8');
  const secrets = await PARSERS[format](Buffer.from(bytes).toString());
  if (typeof secrets !== 'object' || secrets === null || Array.isArray(secrets)) {
    throw malformed(format, ': it must be an object whose values are strings');
  }
  for (const [name, value] of Object.entries(secrets)) {
    if (typeof value === 'string') continue;
    const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
    throw malformed(
      format,
      `: the value of ${JSON.stringify(name)} must be a string (got ${type})`,
    );
  }
  return new Map(Object.entries(secrets as Record<string, string>));
}

const PARSERS: Readonly<Record<InputFormat, (text: string) => Promise<unknown>>> = {
  // eslint-disable-next-line @typescript-eslint/require-await -- the others import their parser
  json: async (text) => {
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      const [, position] = /at position (\d+)/.exec((error as Error).message) ?? [];
      throw malformed('json', position === undefined ? '' : ` at character ${position}`);
    }
  },

  yaml: async (text) => {
    const { parseDocument } = await import('yaml');
    const document = parseDocument(text, { prettyErrors: true });
    const [error] = document.errors;
    if (error) throw malformed('yaml', ` at line ${error.linePos?.[0].line ?? 1} (${error.code})`);
    return document.toJS() as unknown;
  },

  dotenv: async (text) => {
    const { parse } = await import('dotenv');
    const secrets = parse(text);
    // The parser skips lines that it can't parse.
    const spread = Object.values(secrets).filter((value) => value.includes('\n'));
    const lines = text.split(/\r?\n/);
    const lost = lines.findIndex(
      (line) =>
        !/^\s*(#.*|(export\s+)?[\w.-]+(\s*=|:\s).*)?$/.test(line) &&
        !spread.some((value) => value.includes(line.replace(/['"`]\s*(#.*)?$/, ''))),
    );
    if (lost !== -1) throw malformed('dotenv', ` at line ${lost + 1}`);
    return secrets;
  },
};

function malformed(format: InputFormat, where: string): CredstashError {
  const names = { json: 'JSON', yaml: 'YAML', dotenv: 'dotenv' };
  return new CredstashError(
    'ERR_INVALID_ARGUMENT',
    `The secrets are malformed ${names[format]}${where}. Nothing was stored.`,
  );
}
