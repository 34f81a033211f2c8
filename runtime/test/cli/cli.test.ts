import { padVersion } from '../../src/format/version.js';
import { Setting } from './setting.js';

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
});
afterEach(() => setting.deleteAll());
afterAll(() => setting.close());

const stored = (name: string) => ({
  exitCode: 0,
  stdout: `${name} has been stored\n`,
  stderr: '',
});

describe('put', () => {
  test('stores a value that get writes with a newline, or without one with -n or --noline', async () => {
    expect(await setting.run('put', 'foo', 'bar')).toEqual(stored('foo'));
    expect(await setting.run('get', 'foo')).toEqual({ exitCode: 0, stdout: 'bar\n', stderr: '' });
    expect((await setting.run('get', '-n', 'foo')).stdout).toBe('bar');
    expect((await setting.run('get', 'foo', '--noline')).stdout).toBe('bar');
  });

  test('reads a value from stdin unchanged', async () => {
    expect(await setting.pipe('line\r\nline\n', 'put', 'foo', '-')).toEqual(stored('foo'));
    expect(await setting.credstash.get('foo')).toBe('line\r\nline\n');
  });

  test('reads a value from @file unchanged', async () => {
    const bytes = Buffer.from([0, 255, 13, 10]);
    const file = await setting.file('key.der', bytes);
    expect(await setting.run('put', 'foo', `@${file}`)).toEqual(stored('foo'));
    expect(Buffer.from(await setting.credstash.getBytes('foo'))).toEqual(bytes);
  });

  test('expands ~ in @~/file to the home folder', async () => {
    await setting.file('home.txt', 'mine');
    await setting.run('put', 'foo', '@~/home.txt');
    expect(await setting.credstash.get('foo')).toBe('mine');
  });

  test("names the file that it can't read, with exit code 2 as Python", async () => {
    expect(await setting.run('put', 'foo', '@/nowhere/at/all')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: "error: can't read the file /nowhere/at/all (ENOENT)\n",
    });
  });

  test('stores the empty string when no value is given', async () => {
    expect((await setting.run('put', 'foo')).exitCode).toBe(0);
    expect((await setting.run('get', 'foo')).stdout).toBe('\n');
  });

  test('accepts a version, the next version, a comment and a digest by -v, -a, -c and -d', async () => {
    await setting.run('put', 'foo', 'a', '-v', '7', '-c', 'first', '-d', 'SHA512');
    await setting.run('put', '-a', 'foo', 'b');
    expect(await setting.credstash.list()).toEqual([
      { name: 'foo', version: padVersion(7), comment: 'first' },
      { name: 'foo', version: padVersion(8) },
    ]);
    expect((await setting.run('get', 'foo', '-v', '7')).stdout).toBe('a\n');
  });

  test('warns of a weak digest', async () => {
    const { exitCode, stderr } = await setting.run('put', 'foo', 'a', '-d', 'SHA');
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^warning: .*SHA is weak/)]);
  });

  test('prompts for the value with -P, and takes the arguments after the name as its context', async () => {
    const outcome = await setting.pipe('s3cr3t\n', 'put', '-P', 'foo', 'env=prod');
    expect(outcome).toEqual({ ...stored('foo'), stderr: expect.stringMatching(/^foo: \s*$/) });
    expect(await setting.credstash.get('foo', { context: { env: 'prod' } })).toBe('s3cr3t');
  });

  test('binds a value to a context, whose values may contain equals signs', async () => {
    await setting.run('put', 'foo', 'bar', 'env=prod', 'query=a=b');
    expect((await setting.run('get', 'foo', 'query=a=b', 'env=prod')).stdout).toBe('bar\n');
    expect(await setting.run('get', 'foo')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'KMS ERROR: Could not decrypt hmac key with KMS. The encryption context provided may not match the one used when the credential was stored.\n',
    });
  });

  test('never overwrites a version', async () => {
    await setting.run('put', 'foo', 'a', '-v', '3');
    expect(await setting.run('put', 'foo', 'b', '-v', '3')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'foo version 3 is already in the credential store. Use the -v flag to specify a new version (the latest is 3)\n',
    });
  });

  test('reports a missing key as a KMS error', async () => {
    const { exitCode, stderr } = await setting.run('put', 'foo', 'a', '-k', 'alias/nope');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^KMS ERROR: Could not generate key using KMS key alias\/nope \(Details: .*\n$/,
    );
  });
});

test.each([
  ['-', '-'],
  ["it's", '"quoted" $HOME `x`'],
  ['a=b', 'c=d'],
  ['a\nb', 'line\nline'],
  ['ключ 🔑', 'värde 值'],
  ['-rf', '--help'],
])('put and get keep the name %j and the value %j', async (name, value) => {
  expect((await setting.pipe(value, 'put', '--', name, '-')).exitCode).toBe(0);
  expect((await setting.run('get', '-n', '--', name)).stdout).toBe(value);
  if (value !== '-') {
    await setting.run('put', '-a', '--', name, value);
    expect((await setting.run('get', '-n', '--', name)).stdout).toBe(value);
  }
});

describe('get', () => {
  test('writes bytes unchanged', async () => {
    await setting.credstash.put('foo', Buffer.from([0xff, 0xfe]));
    const { stdout } = await setting.run('get', '-n', 'foo');
    // What is no UTF-8 reaches this process as replacement characters, one for each byte.
    expect(stdout).toBe('\ufffd\ufffd');
  });

  test('reports a missing secret or version in the words of Python credstash', async () => {
    expect(await setting.run('get', 'nope')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: "Item {'name': 'nope'} couldn't be found.\n",
    });
    expect((await setting.run('get', 'nope', '-v', '99')).stderr).toBe(
      "Item {'name': 'nope', 'version': '0000000000000000099'} couldn't be found.\n",
    );
  });
});

test('get and getall take an empty version for the latest, and put refuses it', async () => {
  await setting.credstash.put('foo', 'old');
  await setting.credstash.put('foo', 'new', { version: 2 });
  expect((await setting.run('get', 'foo', '-v', '')).stdout).toBe('new\n');
  expect((await setting.run('getall', '-v', '')).stdout).toContain('"new"');
  const { exitCode, stderr } = await setting.run('put', 'foo', 'x', '-v', '');
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^A version is [^\n]*\n$/)]);
});

describe('list, keys and delete', () => {
  beforeEach(async () => {
    await setting.credstash.put('foo', 'a');
    await setting.credstash.put('foo', 'b', { version: 2, comment: 'newer' });
    await setting.credstash.put('a.longer', 'c');
  });

  test('list writes the name, version and comment of each version in columns', async () => {
    expect((await setting.run('list')).stdout).toBe(
      [
        'a.longer -- version 0000000000000000001 -- comment \n',
        'foo      -- version 0000000000000000001 -- comment \n',
        'foo      -- version 0000000000000000002 -- comment newer\n',
      ].join(''),
    );
  });

  test('keys writes each name once', async () => {
    expect(await setting.run('keys')).toEqual({
      exitCode: 0,
      stdout: 'a.longer\nfoo\n',
      stderr: '',
    });
  });

  test('delete deletes every version of a name, and reports a missing name', async () => {
    expect(await setting.run('delete', 'foo')).toEqual({
      exitCode: 0,
      stdout:
        'Deleting foo -- version 0000000000000000001\nDeleting foo -- version 0000000000000000002\n',
      stderr: '',
    });
    expect(await setting.run('delete', 'foo')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'foo has no versions to delete\n',
    });
    expect((await setting.run('keys')).stdout).toBe('a.longer\n');
  });

  test('list and keys write nothing when there are no secrets', async () => {
    await setting.credstash.delete('foo');
    await setting.credstash.delete('a.longer');
    expect(await setting.run('list')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await setting.run('keys')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });
});
