import fc from 'fast-check';

/** Strings that readers of dotenv and YAML files are likely to take for something else. */
const SPECIAL = [
  ...[
    '',
    'yes',
    'No',
    'on',
    'null',
    '~',
    '1_000',
    '0x1F',
    '012',
    '1e3',
    '.inf',
    '12:30:45',
    '=',
    '<<',
  ],
  ...[
    '2001-01-01',
    '- a',
    'a: b',
    'a #b',
    '#',
    '? a',
    '*a',
    '&a',
    '!a',
    '%a',
    '@a',
    '`a`',
    '{a}',
    '[a]',
  ],
  ...[
    "it's",
    '"',
    "'",
    '\\',
    '\\\\',
    "\\'",
    'a\\',
    '$HOME',
    '${HOME}',
    '${HOME:-x}',
    '`id`',
    '$(id)',
    '!!',
  ],
  ...[
    '\n',
    'a\n',
    '\na',
    'a\n\nb',
    "'a'\n'b'",
    '\t',
    ' a ',
    '\r',
    '\r\n',
    '\u0085',
    '\u2028',
    '\u2029',
  ],
  ...[
    '\u0001',
    '\u001b[2J',
    '\u007f',
    '\u009b',
    '\ufeff',
    '\ufffe',
    '\uffff',
    '\u00e9',
    '\u{1f511}',
    '\\n',
    '\\u0041',
  ],
];

/** Strings that a program that fills in secrets could take for more to fill in. */
const REFERENCES = [
  ...['credstash:v0', 'credstash:v0?version=1', '{{ credstash:v0 }}', '{{', '}}', '{{{'],
  ...['$&', '$1', '$`', '%s', '%25', '${v0}', '{{get "v0"}}'],
];

/** Any string of Unicode characters except U+0000; most have some that are special. */
const strings = fc.oneof(
  fc.constantFrom(...SPECIAL, ...REFERENCES),
  fc
    .array(fc.constantFrom(...SPECIAL, ...REFERENCES, 'a', ' ', '='), { maxLength: 6 })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', '')),
);

/** Values to write into one file. */
export const values = fc.array(strings, { minLength: 20 });

/** Secrets to write into one file. */
export const secrets = fc
  .array(fc.tuple(strings, strings), { minLength: 1 })
  .map((pairs) => new Map(pairs));

export const { sample } = fc;
