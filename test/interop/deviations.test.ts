import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';
import type { KeyService } from '../../runtime/src/index.js';
import { KmsKeyService } from '../../runtime/src/index.js';
import { sealItem } from '../../runtime/src/item.js';
import { padVersion } from '../../runtime/src/version.js';
import { standardCompartment, TestAws } from '../support/compartment';
import { Pair } from './pair';
import { connect, createKey, HOME, kms, ours, pythons } from './peers';

/** A process that had to be killed. */
const HANGS = 124;
const FILE = join(HOME, 'file');
const keyService: KeyService = new KmsKeyService(kms, 'alias/credstash', undefined);

let pair: Pair;

beforeAll(() => createKey('alias/credstash'));
beforeEach(async () => {
  pair = await Pair.create();
});

/** Store a secret in both tables, with its version as it is. */
async function storeUnpadded(name: string, version: string, value: string) {
  const dataKey = await keyService.generateDataKey({});
  const item = sealItem(name, Buffer.from(value), dataKey, { digest: 'SHA256' });
  await pair.store({ ...item, version });
}

/** Both sides of each case of the table in docs/compatibility.md. */
const DEVIATIONS: Record<string, () => Promise<void>> = {
  '`put`, version exists': async () => {
    await pair.seed(['foo', 'bar'], ['foo', 'bar', { version: 5 }]);
    const { python, our } = await pair.run(['put', 'foo', 'new']);
    expect(python).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/conditional/) });
    expect(our).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'foo version 1 is already in the credential store. Use the -v flag to specify a new version (the latest is 5)\n',
    });
  },

  '`put -a`, after unpadded versions': async () => {
    await pair.seed(['foo', 'padded', { version: 12 }]);
    await storeUnpadded('foo', '4', 'old');
    const { python, our } = await pair.run(['put', '-a', 'foo', 'new']);
    expect(python.exitCode).toBe(0);
    expect(await connect(pair.python).versions('foo')).toContain(padVersion(5));
    expect(our).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^warning: foo has/) });
    expect(await connect(pair.our).versions('foo')).toContain(padVersion(13));
  },

  '`put -a`, at the same time': async () => {
    const six = Array.from({ length: 6 }, (_, i) => ['put', '-a', 'foo', `v${i}`]);
    const theirs = () => Promise.all(six.map((args) => pythons(['-t', pair.python, ...args])));
    // Not every round has two that meet; ours must bear those that do.
    let lost = 0;
    for (let round = 0; round < 5 && lost === 0; round++) {
      lost = (await theirs()).filter(({ exitCode }) => exitCode === 1).length;
    }
    expect(lost).toBeGreaterThan(0);
    const outcomes = await Promise.all(six.map((args) => ours(['-t', pair.our, ...args])));
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual(six.map(() => 0));
    expect(await connect(pair.our).versions('foo')).toHaveLength(6);
  },

  '`put @file` with CRLF': async () => {
    writeFileSync(FILE, 'a\r\nb\r\n');
    await pair.run(['put', 'foo', `@${FILE}`]);
    expect(await connect(pair.python).get('foo')).toBe('a\nb\n');
    expect(await connect(pair.our).get('foo')).toBe('a\r\nb\r\n');
  },

  '`put @file` that is binary': async () => {
    const bytes = Buffer.from([0, 0xff, 0xfe]);
    writeFileSync(FILE, bytes);
    const { python, our } = await pair.run(['put', 'foo', `@${FILE}`]);
    expect(python.exitCode).not.toBe(0);
    expect(our.exitCode).toBe(0);
    expect(Buffer.from(await connect(pair.our).getBytes('foo'))).toEqual(bytes);
  },

  'context with a second `=`': async () => {
    const { python, our } = await pair.run(['put', 'foo', 'bar', 'a=b=c']);
    expect(python.exitCode).toBe(2);
    expect(our.exitCode).toBe(0);
    expect(await connect(pair.our).get('foo', { context: { a: 'b=c' } })).toBe('bar');
  },

  '`get -v`, a text': async () => {
    await pair.seed(['foo', 'bar', { version: 'v1' }]);
    const { python, our } = await pair.run(['get', 'foo', '-v', 'v1']);
    expect(python).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/invalid literal/) });
    expect(our).toEqual({ exitCode: 0, stdout: 'bar\n', stderr: '' });
  },

  '`get -v`, an unpadded version': async () => {
    await storeUnpadded('foo', '4', 'old');
    const { python, our } = await pair.run(['get', 'foo', '-v', '4']);
    expect(python).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/couldn't be/) });
    expect(our).toEqual({ exitCode: 0, stdout: 'old\n', stderr: '' });
  },

  '`get`, HMAC does not match': async () => {
    const item = sealItem('foo', Buffer.from('v'), await keyService.generateDataKey({}), {
      digest: 'SHA256',
    });
    await pair.store({ ...item, version: padVersion(1), hmac: '00'.repeat(32) });
    const { python, our } = await pair.run(['get', 'foo']);
    const text = (name: string) =>
      `INTEGRITY ERROR: Computed HMAC on ${name} does not match stored HMAC\n`;
    expect(python).toEqual({ exitCode: 1, stdout: '', stderr: text('%s') });
    expect(our).toEqual({ exitCode: 1, stdout: '', stderr: text('foo') });
  },

  "`get 'app.*'`, `.` and others": async () => {
    await pair.seed(['app.a', '1'], ['app-x', '2']);
    const { python, our } = await pair.run(['get', 'app.*']);
    expect(JSON.parse(python.stdout)).toEqual({ 'app.a': '1', 'app-x': '2' });
    expect(JSON.parse(our.stdout)).toEqual({ 'app.a': '1' });
  },

  "`get '[*'`": async () => {
    await pair.seed(['[a', '1']);
    const { python, our } = await pair.run(['get', '[*']);
    expect(python.exitCode).not.toBe(0);
    expect(JSON.parse(our.stdout)).toEqual({ '[a': '1' });
  },

  "`get` of a pattern, some can't be read": async () => {
    await pair.seed(['a', '1'], ['ab', '2', { context: { env: 'prod' } }]);
    const { python, our } = await pair.run(['get', 'a*']);
    expect(python).toMatchObject({ exitCode: 1, stdout: '' });
    expect(our.exitCode).toBe(1);
    expect(JSON.parse(our.stdout)).toEqual({ a: '1' });
    expect(our.stderr).toMatch(/^ab: KMS ERROR: .*\n$/);
  },

  "`getall`, some can't be read": async () => {
    await pair.seed(['a', '1'], ['b', '2', { context: { env: 'prod' } }]);
    const [python, our] = await Promise.all([
      pythons(['-t', pair.python, 'getall'], '', { timeout: 10_000 }),
      ours(['-t', pair.our, 'getall']),
    ]);
    expect(python.exitCode).toBe(HANGS);
    expect(our.exitCode).toBe(1);
    expect(JSON.parse(our.stdout)).toEqual({ a: '1' });
    expect(our.stderr).toMatch(/^b: KMS ERROR: .*\n$/);
  },

  '`csv`, `dotenv`, order': async () => {
    const names = Array.from('jhgfedcba');
    await pair.seed(...names.map((name) => [name, name] as const));
    const sorted = [...names].sort().map((name) => `${name},${name}\n`);
    const orders = new Set<string>();
    for (let seed = 1; seed <= 4; seed++) {
      const env = { PYTHONHASHSEED: String(seed) };
      const args = ['-t', pair.python, 'getall', '-f', 'csv'];
      orders.add((await pythons(args, '', { env })).stdout);
    }
    expect(orders.size).toBeGreaterThan(1);
    for (const order of orders)
      expect(order.trim().split('\n').sort()).toEqual(sorted.map((line) => line.trim()));
    expect((await ours(['-t', pair.our, 'getall', '-f', 'csv'])).stdout).toBe(
      `${sorted.join('')}\n`,
    );
  },

  "`dotenv`, `'` in a value": async () => {
    await pair.seed(['foo', "it's $HOME"]);
    const { python, our } = await pair.run(['get', 'foo*', '-f', 'dotenv']);
    expect(python.stdout).toBe("FOO='it's $HOME'\n");
    expect(our.stdout).toBe("FOO='it'\\''s $HOME'\n");
  },

  '`dotenv`, an unsafe name': async () => {
    await pair.seed(['a;id', 'x']);
    const { python, our } = await pair.run(['get', 'a*', '-f', 'dotenv']);
    expect(python).toEqual({ exitCode: 0, stdout: "A;ID='x'\n", stderr: '' });
    expect(our).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'a;id: its name is not safe in a dotenv file\n',
    });
  },

  '`yaml`, quoting': async () => {
    const value = `${'long words '.repeat(12)}ä`;
    await pair.seed(['foo', value], ['multi', 'a\nb\n'], ['yes', 'no']);
    const { python, our } = await pair.run(['getall', '-f', 'yaml']);
    expect(parse(python.stdout)).toEqual({ foo: value, multi: 'a\nb\n', yes: 'no' });
    expect(parse(our.stdout)).toEqual(parse(python.stdout));
    expect(python.stdout).toContain('\\xE4');
    expect(our.stdout).toContain('ä');
  },

  '`putall`, default version': async () => {
    await pair.run(['putall', '{"a": "1"}']);
    const versions = (table: string) => connect(table).versions('a');
    expect(await versions(pair.python)).toEqual([padVersion(0)]);
    expect(await versions(pair.our)).toEqual([padVersion(1)]);
  },

  '`putall`, some fail': async () => {
    await pair.seed(['b', 'old', { version: 3 }]);
    const { python, our } = await pair.run(['putall', '{"a": "1", "b": "2"}', '-v', '3']);
    expect(python).toMatchObject({ exitCode: 0, stdout: 'a has been stored\n' });
    expect(our).toEqual({
      exitCode: 1,
      stdout: 'a has been stored\n',
      stderr: expect.stringMatching(/^b: b version 3 is already in the credential store\./),
    });
  },

  '`putall`, a value that is not a text': async () => {
    const { python, our } = await pair.run(['putall', '{"a": "1", "b": 2, "c": "3"}', '-v', '1']);
    expect(python.exitCode).toBe(0);
    expect((await connect(pair.python).list()).map(({ name }) => name)).toEqual(['a', 'c']);
    expect(our).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'The secrets are malformed JSON: the value of "b" is a number, not a text. Nothing was stored.\n',
    });
    expect(await connect(pair.our).list()).toEqual([]);
  },

  '`delete`, nothing there': async () => {
    const { python, our } = await pair.run(['delete', 'foo']);
    expect(python).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(our).toEqual({ exitCode: 0, stdout: '', stderr: 'foo has no versions to delete\n' });
  },

  'no table': async () => {
    const [python, our] = await Promise.all(
      [pythons, ours].map((run) => run(['-t', 'nowhere', 'get', 'foo'])),
    );
    expect(python).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^An error/) });
    expect(our?.exitCode).toBe(1);
    expect(our?.stderr).toMatch(/nowhere in us-east-1.*cdk deploy/);
  },

  'no permission': async () => {
    const aws = await TestAws.start((stack) => standardCompartment(stack));
    const env = await aws.env('reader');
    const python = await pythons(['put', 'foo', 'x'], '', { env });
    const our = await ours(['put', 'foo', 'x'], '', env);
    await aws.aws.stop();
    expect(python).toMatchObject({ exitCode: 1, stdout: '' });
    expect(python.stderr).toMatch(/^KMS ERROR: Could not generate key .*AccessDenied[^\n]*\n$/);
    expect(our).toMatchObject({ exitCode: 1, stdout: '' });
    expect(our.stderr).toMatch(
      /^KMS ERROR: Could not generate key .*AccessDenied.*Ask for a grant/,
    );
  },

  '`put -d SHA` or `MD5`': async () => {
    for (const digest of ['SHA', 'MD5']) {
      const { python, our } = await pair.run(['put', digest, 'x', '-d', digest]);
      expect(python).toEqual({ exitCode: 0, stdout: `${digest} has been stored\n`, stderr: '' });
      expect(our).toEqual({ ...python, stderr: expect.stringMatching(/^warning: .* is weak/) });
    }
  },

  '`AWS_REGION`': async () => {
    await pair.seed(['foo', 'bar']);
    const env = { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'eu-west-1' };
    const python = await pythons(['-t', pair.python, 'get', 'foo'], '', { env });
    const our = await ours(['-t', pair.our, 'get', 'foo'], '', env);
    expect(python.exitCode).toBe(1);
    expect(our).toEqual({ exitCode: 0, stdout: 'bar\n', stderr: '' });
  },

  'flags after the command': async () => {
    await pair.seed(['foo', 'bar']);
    expect((await pythons(['get', 'foo', '-t', pair.python])).exitCode).toBe(2);
    expect((await ours(['get', 'foo', '-t', pair.our])).stdout).toBe('bar\n');
  },

  '`--log-file`': async () => {
    const written = join(HOME, 'credstash.log');
    rmSync(written, { force: true });
    await ours(['-t', pair.our, 'get', 'foo']);
    expect(existsSync(written)).toBe(false);
    await pythons(['-t', pair.python, 'list']);
    expect(existsSync(written)).toBe(true);
    await ours(['-t', 'nowhere', '--log-file', FILE, '--log-level', 'ERROR', 'get', 'foo']);
    expect(readFileSync(FILE, 'utf8')).toMatch(/ ERROR CredstashError: .*nowhere/);
  },

  '`setup`': async () => {
    const id = randomUUID();
    const setUp = [
      'setup',
      '-k',
      `alias/${id}`,
      '--read-policy',
      `r-${id}`,
      '--write-policy',
      `w-${id}`,
    ];
    const python = await pythons(['-t', `python-${id}`, 'setup']);
    const our = await ours(['-t', `our-${id}`, ...setUp]);
    for (const { exitCode, stdout } of [python, our]) {
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/Creating table\.\.\.\nWaiting for table to be created\.\.\.\n/);
    }
    expect(our.stdout).toMatch(/create {5}key of alias\/.*Creating key\.\.\./s);
    expect(python.stdout).not.toMatch(/Creating key/);

    // Each finds the table of the other.
    const again = await pythons(['-t', `our-${id}`, 'setup']);
    const adopting = await ours(['-t', `python-${id}`, ...setUp.slice(0, 3), '--dry-run']);
    for (const { exitCode, stdout } of [again, adopting]) {
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^Credential Store table already exists$/m);
    }
  },

  '`put -P` with a context': async () => {
    const { our } = await pair.run(['put', '-P', 'foo', 'env=prod'], 'typed\n');
    expect(our.exitCode).toBe(0);
    expect(await connect(pair.our).get('foo', { context: { env: 'prod' } })).toBe('typed');
    expect(await connect(pair.python).get('foo')).toBe('typed');
  },
};

test.each(Object.entries(DEVIATIONS))('better: %s', async (_, both) => {
  await both();
});

test('the table in docs/compatibility.md names these, and no others', () => {
  const text = readFileSync(join(__dirname, '../../docs/compatibility.md'), 'utf8');
  const [, table = ''] = /\| case [^\n]*\n\| ---[^\n]*\n((?:\|[^\n]*\n)*)/.exec(text) ?? [];
  const cases = table
    .split('\n')
    .flatMap((row) => row.split(' | ')[0]?.replace(/^\| /, '').trim() || []);
  expect(cases).toEqual(Object.keys(DEVIATIONS));
  process.stdout.write(`${cases.length} deliberate deviations, each tested on both sides\n`);
});
