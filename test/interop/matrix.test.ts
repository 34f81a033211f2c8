import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { CLIENTS } from './clients';
import { NODE_MODULES } from './install';
import { CASES } from './matrix/cases';
import { runBoth } from './matrix/outcomes';
import { countNotes, readTable } from './matrix/table';
import { createKey } from './peers';

const WRITES = readTable('They write, this credstash reads');
const READS = readTable('This credstash writes, they read');

/** What comes of a cell that says `no`, by the number of the note that it names. */
const NOTES: readonly RegExp[] = [
  /has no version 1\.$/,
  /secret is a required parameter$/,
  /Invalid digest: sha$/i,
  /^read another value$/,
  /digest "SHA1" of .* is not supported|Unsupported digest algorithm/,
  /UnicodeDecodeError|^read another value$/,
  /^read another value$/,
  /HMAC validation failed$/,
  /couldn't be found|could not be found|Not Found$|items column is missing/,
  /invalid literal for int|could not be found/,
];

beforeAll(() => createKey('alias/credstash'));

afterAll(() => {
  for (const { name, missing } of CLIENTS) {
    const result = missing === undefined ? 'tested' : `SKIPPED: ${missing}`;
    process.stdout.write(`${name}: ${result}\n`);
  }
});

describe.each(CLIENTS)('$name', (client) => {
  const outcomes = { writes: new Map<string, string>(), reads: new Map<string, string>() };
  const testUnlessMissing = client.missing === undefined ? test : test.skip;
  const column = CLIENTS.indexOf(client);

  beforeAll(async () => {
    if (client.missing !== undefined) return;
    const { writes, reads } = await runBoth(client);
    CASES.forEach(({ what }, index) => {
      outcomes.writes.set(what, writes[index] ?? '');
      outcomes.reads.set(what, reads[index] ?? '');
    });
  });

  testUnlessMissing.each(CASES)('writes as listed what this credstash reads: $what', ({ what }) => {
    expect(outcomes.writes.get(what)).toMatch(expected(WRITES.rows.get(what)?.[column]));
  });

  testUnlessMissing.each(CASES)('reads as listed what this credstash writes: $what', ({ what }) => {
    expect(outcomes.reads.get(what)).toMatch(expected(READS.rows.get(what)?.[column]));
  });
});

/** The outcome that a cell tells of. */
function expected(cell = ''): RegExp {
  const [, note] = /^no \((\d+)\)$/.exec(cell) ?? [];
  return note === undefined ? new RegExp(`^${cell}$`) : (NOTES[Number(note) - 1] ?? /^$/);
}

test.each([WRITES, READS])(
  'a table in docs/compatibility.md has these clients and cases, table %#',
  ({ columns, rows }) => {
    expect(columns).toEqual(CLIENTS.map(({ name }) => name));
    expect([...rows.keys()]).toEqual(CASES.map(({ what }) => what));
  },
);

test('each note in docs/compatibility.md is named by a cell, and tested', () => {
  const cells = [...WRITES.rows.values(), ...READS.rows.values()].flat();
  const named = new Set(cells.flatMap((cell) => /\d+/.exec(cell) ?? []).map(Number));
  const numbers = NOTES.map((_, index) => index + 1);
  expect([...named].sort((a, b) => a - b)).toEqual(numbers);
  expect(countNotes('Where they fail')).toBe(numbers.length);
});

test('Node cannot load nodecredstash 3.0.0 as it was published', () => {
  const load = `require(${JSON.stringify(join(NODE_MODULES, 'nodecredstash-3'))})`;
  const run = () => execFileSync(process.execPath, ['-e', load], { stdio: 'pipe' });
  expect(run).toThrow(/Cannot find module .*nodecredstash-3\/src\/lib\/dynamoDb|Unexpected token/);
});
