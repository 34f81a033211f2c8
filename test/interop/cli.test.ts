import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { padVersion } from '../../runtime/src/format/version.js';
import { Pair } from './pair';
import { createKey, HOME, ours, pythons } from './peers';

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
  ['put, empty', ['put', 'new']],
  ['put, from standard input', ['put', 'new', '-'], 'line\nline\n'],
  ['put, from standard input, CRLF', ['put', 'new', '-'], 'a\r\nb\r\n'],
  ['put, from a file', ['put', 'new', `@${PEM}`]],
  ['put, from a file of the home', ['put', 'new', '@~/value.pem']],
  ['put, a context', ['put', 'new', 'v', 'a=b', 'c=d']],
  ['put, flags', ['put', 'new', 'v', '-c', 'comment', '-v', '7', '-d', 'SHA512']],
  ['put, long flags', ['put', 'new', 'v', '--comment=x', '--version', 'v1.0', '--digest=SHA384']],
  ['put, a key', ['put', '-k', 'alias/credstash', 'new', 'v']],
  ['put, a value that begins with -', ['put', 'new', '--', '-v']],
  ['put -a, first', ['put', '-a', 'new', 'v']],
  ['put -a, next', ['put', '-a', 'foo', 'v']],
  ['put -a, over -v', ['put', '-a', '-v', '2', 'foo', 'v']],
  ['get', ['get', 'foo']],
  ['get, unicode', ['get', 'uni/é']],
  ['get -n', ['get', '-n', 'foo']],
  ['get --noline', ['get', 'foo', '--noline']],
  ['get -v', ['get', 'foo', '-v', '1']],
  ['get -v, padded', ['get', 'foo', '-v', padVersion(1)]],
  ['get, missing', ['get', 'nope']],
  ['get -v, missing', ['get', 'foo', '-v', '99']],
  ['get, another context', ['get', 'foo', 'env=dev']],
  ['get, a pattern', ['get', 'app/*']],
  ['get, a pattern of two', ['get', '*o*']],
  ['get, a pattern of nothing', ['get', 'zzz*']],
  ['get, a pattern as csv', ['get', 'app/b*', '-f', 'csv']],
  ['get, a pattern as dotenv', ['get', 'app/b*', '-f', 'dotenv']],
  ['get, a pattern as yaml', ['get', 'app/a*', '-f', 'yaml']],
  ['get, a pattern of nothing as yaml', ['get', 'zzz*', '-f', 'yaml']],
  ['getall', ['getall']],
  ['getall, json', ['getall', '-f', 'json']],
  ['list', ['list']],
  ['keys', ['keys']],
  ['delete', ['delete', 'foo']],
  ['putall', ['putall', '{"a": "1", "b": "two"}', '-v', '3']],
  ['putall, from standard input, next', ['putall', '-', '-a'], '{"bar": "1", "foo": "two"}'],
];

test.each(ROWS.map(([what, args, input = '']) => [what, args, input] as const))(
  'the same: %s',
  async (_, args, input) => {
    await pair.seed(...SEEDS);
    const { python, our } = await pair.run(args, input);
    expect(our).toEqual(python);
    const lists = await pair.list();
    expect(lists.our).toBe(lists.python);
  },
);

test.each([
  ['getall, one', ['getall']],
  ['getall, one as csv', ['getall', '-f', 'csv']],
  ['getall, one as dotenv', ['getall', '-f', 'dotenv']],
  ['getall, one as yaml', ['getall', '-f', 'yaml']],
  ['getall of a version', ['getall', '-v', '1']],
])('the same: %s', async (_, args) => {
  await pair.seed(['app/db.password', 'hunter2']);
  const { python, our } = await pair.run(args);
  expect(our).toEqual(python);
});

test.each([
  ['list, nothing', ['list']],
  ['keys, nothing', ['keys']],
  ['getall, nothing', ['getall']],
])('the same: %s', async (_, args) => {
  const { python, our } = await pair.run(args);
  expect(our).toEqual(python);
});

test('the same: put -a after a text', async () => {
  await pair.seed(['foo', 'bar', { version: 'v1' }]);
  const { python, our } = await pair.run(['put', '-a', 'foo', 'x']);
  expect(our).toEqual(python);
  expect(our.stderr).toMatch(/^Can not autoincrement version\./);
});

afterAll(() => process.stdout.write(`${compared} rows compared with Python credstash\n`));

describe('the same, up to the details of AWS', () => {
  test('put, a key that is not there', async () => {
    const { python, our } = await pair.run(['put', '-k', 'alias/nope', 'foo', 'bar']);
    const start = 'KMS ERROR: Could not generate key using KMS key alias/nope (Details: ';
    for (const { exitCode, stdout, stderr } of [python, our]) {
      expect([exitCode, stdout, stderr.slice(0, start.length)]).toEqual([1, '', start]);
    }
  });

  test('get, a key of another region', async () => {
    await pair.seed(['foo', 'bar']);
    const { python, our } = await pair.run(['--kms-region', 'eu-west-1', 'get', 'foo']);
    for (const { exitCode, stdout, stderr } of [python, our]) {
      expect([exitCode, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^KMS ERROR: Decryption error .*AccessDenied/);
    }
  });
});

describe('the same, but for the wording', () => {
  test('no arguments is help', async () => {
    for (const { exitCode, stdout, stderr } of [await pythons([]), await ours([])]) {
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^usage: credstash /i);
    }
  });

  test.each([
    ['no name', ['get']],
    ['an unknown command', ['gte', 'foo']],
    ['an unknown flag', ['list', '--nope']],
    ['an unknown digest', ['put', 'a', 'b', '-d', 'sha256']],
    ['an unknown format', ['getall', '-f', 'xml']],
    ['a malformed context', ['get', 'foo', 'env']],
    ['two identities', ['-p', 'a', '-n', 'b', 'list']],
  ])('a usage error: %s', async (_, args) => {
    const { python, our } = await pair.run(args);
    for (const { exitCode, stdout, stderr } of [python, our]) {
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).not.toBe('');
    }
  });
});
