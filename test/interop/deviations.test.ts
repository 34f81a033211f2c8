import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { OF_GET } from './deviations/get';
import { OF_OTHERS } from './deviations/other';
import { OF_PUT } from './deviations/put';
import { OF_TERMINAL } from './deviations/terminal';
import { Pair } from './pair';
import { createKey } from './peers';

const DEVIATIONS = { ...OF_PUT, ...OF_GET, ...OF_OTHERS, ...OF_TERMINAL };

beforeAll(() => createKey('alias/credstash'));

test.each(Object.entries(DEVIATIONS))('the CLI deviates as listed: %s', async (_, tryBoth) => {
  await tryBoth(await Pair.create());
});

test('the table in docs/compatibility.md lists exactly the deviations tested here', () => {
  const text = readFileSync(join(__dirname, '../../docs/compatibility.md'), 'utf8');
  const [, table = ''] = /\| case [^\n]*\n\| ---[^\n]*\n((?:\|[^\n]*\n)*)/.exec(text) ?? [];
  const cases = table
    .split('\n')
    .flatMap((row) => row.split(' | ')[0]?.replace(/^\| /, '').trim() || []);
  expect(cases).toEqual(Object.keys(DEVIATIONS));
  process.stdout.write(`${cases.length} deliberate deviations, each tested on both sides\n`);
});
