import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { padVersion } from '../../runtime/src/format/version.js';
import { Pair } from './pair';
import { connect, createKey, HOME, ours, pythons } from './peers';

const PEM = join(HOME, 'value.pem');
const SEEDS = [
  ['foo', 'bar'],
  ['foo', 'newer', { version: 2, comment: 'rotated' }],
  ['app/a', 'plain'],
  ['app/b', 'two words, "quoted"', { comment: 'c' }],
  ['uni/é', 'värde 🔑 \u007f'],
] as const;

let pair: Pair;
let compared = 0;

beforeAll(async () => {
  await createKey('alias/credstash');
  writeFileSync(PEM, '-----BEGIN-----\nabc\n-----END-----\n');
});
beforeEach(async () => {
  pair = await Pair.create();
});
afterEach(() => compared++);

const ROWS: [what: string, args: string[], input?: string][] = [
  ['put', ['put', 'new', 'value']],
  ['put of an empty value', ['put', 'new', '']],
  ['put from stdin', ['put', 'new', '-'], 'line\nline\n'],
  ['put from stdin with CRLF', ['put', 'new', '-'], 'a\r\nb\r\n'],
  ['put from a file', ['put', 'new', `@${PEM}`]],
  ['put from a file in ~', ['put', 'new', '@~/value.pem']],
  ['put with a context', ['put', 'new', 'v', 'a=b', 'c=d']],
  ['put with short flags', ['put', 'new', 'v', '-c', 'comment', '-v', '7', '-d', 'SHA512']],
  ['put with = after short flags', ['put', 'new', 'v', '-c=hi', '-v=7', '-d=SHA512']],
  ['put with values attached to short flags', ['put', 'new', 'v', '-chi there', '-v7']],
  ['put with long flags', ['put', 'new', 'v', '--comment=x', '--version', '10', '--digest=SHA384']],
  ['put with a key', ['put', '-k', 'alias/credstash', 'new', 'v']],
  ['put of a value that begins with -', ['put', 'new', '--', '-v']],
  ['get', ['get', 'foo']],
  ['get of a Unicode name and value', ['get', 'uni/é']],
  ['get -n', ['get', '-n', 'foo']],
  ['get --noline', ['get', 'foo', '--noline']],
  ['get -v', ['get', 'foo', '-v', '1']],
  ['get -v=1', ['get', '-v=1', 'foo']],
  ['get -v with a padded version', ['get', 'foo', '-v', padVersion(1)]],
  ['get with an empty version', ['get', 'foo', '-v', '']],
  ['get of a missing name', ['get', 'nope']],
  ['get -v of a missing version', ['get', 'foo', '-v', '99']],
  ['get with another context', ['get', 'foo', 'env=dev']],
  ['get of a pattern', ['get', 'app/*']],
  ['get of a pattern with two wildcards', ['get', '*o*']],
  ['get of a pattern that matches nothing', ['get', 'zzz*']],
  ['get of a pattern as csv', ['get', 'app/b*', '-f', 'csv']],
  ['get of a pattern as dotenv', ['get', 'fo*', '-f', 'dotenv']],
  ['get of a pattern that matches nothing, as yaml', ['get', 'zzz*', '-f', 'yaml']],
  ['getall', ['getall']],
  ['getall as json', ['getall', '-f', 'json']],
  ['list', ['list']],
  ['keys', ['keys']],
  ['delete', ['delete', 'foo']],
];

test.each(ROWS.map(([what, args, input = '']) => [what, args, input] as const))(
  'the CLI and Python credstash give the same: %s',
  async (_, args, input) => {
    await pair.seed(...SEEDS);
    const { python, our } = await pair.run(args, input);
    expect(our).toEqual(python);
    const lists = await pair.list();
    expect(lists.our).toBe(lists.python);
  },
);

test.each([
  ['putall', ['putall', '{"a": "1", "b": "two"}', '-v', '3'], ''],
  ['putall -a from stdin', ['putall', '-', '-a'], '{"bar": "1", "foo": "two"}'],
])(
  'the CLI and Python credstash give the same, but for the order of the lines: %s',
  async (_, args, input) => {
    await pair.seed(...SEEDS);
    const { python, our } = await pair.run(args, input);
    const sorted = (outcome: typeof our) => ({
      ...outcome,
      stdout: outcome.stdout.split('\n').sort(),
    });
    expect(sorted(our)).toEqual(sorted(python));
    const lists = await pair.list();
    expect(lists.our).toBe(lists.python);
  },
);

test.each([
  ['put -a of a first version', ['put', '-a', 'new', 'v']],
  ['put -a of the next version', ['put', '-a', 'foo', 'v']],
  ['put -a together with -v', ['put', '-a', '-v', '2', 'foo', 'v']],
])('the CLI and Python credstash give the same, but for stderr: %s', async (_, args) => {
  await pair.seed(...SEEDS);
  const { python, our } = await pair.run(args);
  expect(our).toEqual({ ...python, stderr: expect.stringMatching(/ has version \d+\n$/) });
  const lists = await pair.list();
  expect(lists.our).toBe(lists.python);
});

test.each([
  ['getall of one secret', ['getall']],
  ['getall of one secret as csv', ['getall', '-f', 'csv']],
  ['getall of an empty version', ['getall', '-v', '']],
  ['getall of a version', ['getall', '-v', '1']],
])('the CLI and Python credstash give the same: %s', async (_, args) => {
  await pair.seed(['app/db.password', 'hunter2']);
  const { python, our } = await pair.run(args);
  expect(our).toEqual(python);
});

test.each([
  ['list of an empty table', ['list']],
  ['keys of an empty table', ['keys']],
  ['getall of an empty table', ['getall']],
])('the CLI and Python credstash give the same: %s', async (_, args) => {
  const { python, our } = await pair.run(args);
  expect(our).toEqual(python);
});

test.each(['-----BEGIN KEY-----\nMII=\n-----END KEY-----', '-x y', '-- x', '-5', '-.5'])(
  'the CLI and Python credstash store the same value: %j',
  async (value) => {
    const { python, our } = await pair.run(['put', 'new', value]);
    expect(our).toEqual(python);
    for (const table of [pair.python, pair.our]) {
      expect(await connect(table).get('new')).toBe(value);
    }
  },
);

test('the CLI and Python credstash give the same: put -a after a version that is not a number', async () => {
  await pair.seed(['foo', 'bar', { version: 'v1' }]);
  const { python, our } = await pair.run(['put', '-a', 'foo', 'x']);
  expect(our).toEqual(python);
  expect(our.stderr).toMatch(/^Can not autoincrement version\./);
});

afterAll(() => process.stdout.write(`${compared} rows compared with Python credstash\n`));

describe('the CLI and Python credstash, up to the details of AWS', () => {
  test('report the same error when put names a missing key', async () => {
    const { python, our } = await pair.run(['put', '-k', 'alias/nope', 'foo', 'bar']);
    const start = 'KMS ERROR: Could not generate key using KMS key alias/nope (Details: ';
    for (const { exitCode, stdout, stderr } of [python, our]) {
      expect([exitCode, stdout, stderr.slice(0, start.length)]).toEqual([1, '', start]);
    }
  });

  test('report the same error when get looks for the key in another region', async () => {
    await pair.seed(['foo', 'bar']);
    const { python, our } = await pair.run(['--kms-region', 'eu-west-1', 'get', 'foo']);
    for (const { exitCode, stdout, stderr } of [python, our]) {
      expect([exitCode, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^KMS ERROR: Decryption error .*AccessDenied/);
    }
  });
});

describe('the CLI and Python credstash, each in its own words', () => {
  test('show their help without arguments', async () => {
    for (const { exitCode, stdout, stderr } of [await pythons([]), await ours([])]) {
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^usage: credstash /i);
    }
  });

  test.each([
    ['a missing name', ['get']],
    ['an unknown command', ['gte', 'foo']],
    ['an unknown flag', ['list', '--nope']],
    ['a missing file', ['put', 'a', '@/nonexistent']],
    ['a folder in place of a file', ['put', 'a', '@/']],
    ['a missing file of secrets', ['putall', '@/nonexistent']],
    ['an unknown digest', ['put', 'a', 'b', '-d', 'sha256']],
    ['an option without its value', ['put', 'a', 'b', '-c', '-a']],
    ['an option without its value at the end', ['get', 'foo', '-v']],
    ['an unknown format', ['getall', '-f', 'xml']],
    ['an empty format', ['get', 'foo', '-f', '']],
    ['an empty value in the context', ['get', 'foo', 'env=']],
    ['a malformed context', ['get', 'foo', 'env']],
    ['a profile and a role together', ['-p', 'a', '-n', 'b', 'list']],
  ])('exit with 2 and an error on stderr for %s', async (_, args) => {
    const { python, our } = await pair.run(args);
    for (const { exitCode, stdout, stderr } of [python, our]) {
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).not.toBe('');
    }
  });
});
