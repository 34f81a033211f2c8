import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runCli } from '../../../local/demo/cli.js';
import { Compartment } from '../../../lib/index.js';
import { standardCompartment, TestAws } from '../../../test/support/compartment.js';
import { Credstash } from '../../src/index.js';
import { padVersion } from '../../src/version.js';

let test_: TestAws;
let credstash: Credstash;
let env: NodeJS.ProcessEnv;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credstash-cli-'));
  test_ = await TestAws.start((stack) => {
    standardCompartment(stack);
    new Compartment(stack, 'Prod', { compartmentName: 'prod' });
  });
  env = await test_.env();
  credstash = new Credstash(test_.clients());
});

afterEach(async () => {
  for (const { name } of await credstash.list()) await credstash.delete(name);
});

afterAll(async () => {
  await test_.aws.stop();
  await rm(folder, { recursive: true });
});

const run = (...args: string[]) => runCli(args, env);
const stored = (name: string) => ({
  exitCode: 0,
  stdout: `${name} has been stored\n`,
  stderr: '',
});

describe('put', () => {
  test('stores a value, for get to give back with a newline, or with none', async () => {
    expect(await run('put', 'foo', 'bar')).toEqual(stored('foo'));
    expect(await run('get', 'foo')).toEqual({ exitCode: 0, stdout: 'bar\n', stderr: '' });
    expect((await run('get', '-n', 'foo')).stdout).toBe('bar');
    expect((await run('get', 'foo', '--noline')).stdout).toBe('bar');
  });

  test('takes a value from standard input, as it is', async () => {
    expect(await runCli(['put', 'foo', '-'], env, 'line\r\nline\n')).toEqual(stored('foo'));
    expect(await credstash.get('foo')).toBe('line\r\nline\n');
  });

  test('takes a value from a file, as it is', async () => {
    const bytes = Buffer.from([0, 255, 13, 10]);
    const file = join(folder, 'key.der');
    await writeFile(file, bytes);
    expect(await run('put', 'foo', `@${file}`)).toEqual(stored('foo'));
    expect(Buffer.from(await credstash.getBytes('foo'))).toEqual(bytes);
  });

  test('takes ~ for the home folder', async () => {
    await writeFile(join(folder, 'home.txt'), 'mine');
    await runCli(['put', 'foo', '@~/home.txt'], { ...env, HOME: folder });
    expect(await credstash.get('foo')).toBe('mine');
  });

  test('says which file it can not read', async () => {
    expect(await run('put', 'foo', '@/nowhere/at/all')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: "Can't read the file /nowhere/at/all (ENOENT).\n",
    });
  });

  test('without a value stores the empty one', async () => {
    expect(await run('put', 'foo')).toEqual(stored('foo'));
    expect((await run('get', 'foo')).stdout).toBe('\n');
  });

  test('stores a version, the next one, a comment, a digest', async () => {
    await run('put', 'foo', 'a', '-v', '7', '-c', 'first', '-d', 'SHA512');
    await run('put', '-a', 'foo', 'b');
    expect(await credstash.list()).toEqual([
      { name: 'foo', version: padVersion(7), comment: 'first' },
      { name: 'foo', version: padVersion(8) },
    ]);
    expect((await run('get', 'foo', '-v', '7')).stdout).toBe('a\n');
  });

  test('warns of a weak digest', async () => {
    const { exitCode, stderr } = await run('put', 'foo', 'a', '-d', 'SHA');
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^warning: .*SHA is weak/)]);
  });

  test('asks for a value, all words being its context', async () => {
    const outcome = await runCli(['put', '-P', 'foo', 'env=prod'], env, 's3cr3t\n');
    expect(outcome).toEqual({ ...stored('foo'), stderr: expect.stringMatching(/^foo: \s*$/) });
    expect(await credstash.get('foo', { context: { env: 'prod' } })).toBe('s3cr3t');
  });

  test('binds a value to a context, which may contain more equals signs', async () => {
    await run('put', 'foo', 'bar', 'env=prod', 'query=a=b');
    expect((await run('get', 'foo', 'query=a=b', 'env=prod')).stdout).toBe('bar\n');
    expect(await run('get', 'foo')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'KMS ERROR: Could not decrypt hmac key with KMS. The encryption context provided may not match the one used when the credential was stored.\n',
    });
  });

  test('never overwrites', async () => {
    await run('put', 'foo', 'a', '-v', '3');
    expect(await run('put', 'foo', 'b', '-v', '3')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'foo version 3 is already in the credential store. Use the -v flag to specify a new version (the latest is 3)\n',
    });
  });

  test('a key that is not there', async () => {
    const { exitCode, stderr } = await run('put', 'foo', 'a', '-k', 'alias/nope');
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
])('the name %j and the value %j survive', async (name, value) => {
  expect((await runCli(['put', '--', name, '-'], env, value)).exitCode).toBe(0);
  expect((await run('get', '-n', '--', name)).stdout).toBe(value);
  if (value !== '-') {
    await run('put', '-a', '--', name, value);
    expect((await run('get', '-n', '--', name)).stdout).toBe(value);
  }
});

describe('get', () => {
  test('writes bytes as they are', async () => {
    await credstash.put('foo', Buffer.from([0xff, 0xfe]));
    const { stdout } = await run('get', '-n', 'foo');
    // What is no UTF-8 reaches this process as replacement characters, one for each byte.
    expect(stdout).toBe('\ufffd\ufffd');
  });

  test('a secret or a version that is not there', async () => {
    expect(await run('get', 'nope')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: "Item {'name': 'nope'} couldn't be found.\n",
    });
    expect((await run('get', 'nope', '-v', '99')).stderr).toBe(
      "Item {'name': 'nope', 'version': '0000000000000000099'} couldn't be found.\n",
    );
  });
});

describe('list, keys and delete', () => {
  beforeEach(async () => {
    await credstash.put('foo', 'a');
    await credstash.put('foo', 'b', { version: 2, comment: 'newer' });
    await credstash.put('a.longer', 'c');
  });

  test('list', async () => {
    expect((await run('list')).stdout).toBe(
      [
        'a.longer -- version 0000000000000000001 -- comment \n',
        'foo      -- version 0000000000000000001 -- comment \n',
        'foo      -- version 0000000000000000002 -- comment newer\n',
      ].join(''),
    );
  });

  test('keys', async () => {
    expect(await run('keys')).toEqual({ exitCode: 0, stdout: 'a.longer\nfoo\n', stderr: '' });
  });

  test('delete', async () => {
    expect(await run('delete', 'foo')).toEqual({
      exitCode: 0,
      stdout:
        'Deleting foo -- version 0000000000000000001\nDeleting foo -- version 0000000000000000002\n',
      stderr: '',
    });
    expect(await run('delete', 'foo')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'foo has no versions to delete\n',
    });
    expect((await run('keys')).stdout).toBe('a.longer\n');
  });

  test('nothing to list', async () => {
    await credstash.delete('foo');
    await credstash.delete('a.longer');
    expect(await run('list')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await run('keys')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });
});

describe('the connection', () => {
  test.each([
    ['before the command', ['--compartment', 'prod', 'put', 'foo', 'p']],
    ['after it', ['put', '--compartment', 'prod', 'foo', 'p']],
    ['at the end', ['put', 'foo', 'p', '--compartment', 'prod']],
    [
      'by table and key',
      ['-t', 'credential-store-prod', 'put', '-k', 'alias/credstash-prod', 'foo', 'p'],
    ],
  ])('a compartment, %s', async (_, args) => {
    const prod = new Credstash({ ...test_.clients(), compartment: 'prod' });
    expect(await run(...args)).toEqual(stored('foo'));
    expect(await prod.get('foo')).toBe('p');
    expect(await credstash.list()).toEqual([]);
    await prod.delete('foo');
  });

  test('the last flag of a kind wins', async () => {
    const { exitCode } = await run('-t', 'nowhere', 'list', '-t', 'credential-store');
    expect(exitCode).toBe(0);
  });

  test('a role to assume, by -n before the command and by --arn after it', async () => {
    await credstash.put('foo', 'bar');
    const arn = 'arn:aws:iam::111122223333:role/reader';
    expect((await run('-n', arn, 'get', 'foo')).stdout).toBe('bar\n');
    expect((await run('get', '--arn', arn, 'foo')).stdout).toBe('bar\n');
    const { exitCode, stderr } = await run('-n', arn, 'put', 'foo', 'x');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/AccessDenied.*assumed-role\/reader\/credstash/);
  });

  test('a profile, and its region', async () => {
    const { accessKeyId, secretAccessKey } = test_.aws.admin;
    const config = join(folder, 'config');
    await writeFile(
      config,
      `[profile team]\nregion = us-east-1\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    await credstash.put('foo', 'bar');
    const bare = { AWS_ENDPOINT_URL: test_.aws.endpoint, AWS_CONFIG_FILE: config };
    expect((await runCli(['-p', 'team', 'get', 'foo'], bare)).stdout).toBe('bar\n');
    expect((await runCli(['get', 'foo', '-p', 'team'], bare)).stdout).toBe('bar\n');
  });

  test.each([
    ['the flag', ['-r', 'eu-west-1'], { AWS_REGION: 'us-west-1' }, 'eu-west-1'],
    ['AWS_REGION', [], { AWS_REGION: 'us-west-1', AWS_DEFAULT_REGION: 'us-west-2' }, 'us-west-1'],
    ['AWS_DEFAULT_REGION', [], { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-west-2' }, 'us-west-2'],
    ['nothing', [], { AWS_REGION: '' }, 'us-east-1'],
  ])('the region of %s', async (_, args, regions, region) => {
    const table = ['-t', 'nowhere'];
    const { stderr } = await runCli([...args, ...table, 'list'], { ...env, ...regions });
    expect(stderr).toMatch(new RegExp(`nowhere in ${region}\\)`));
  });
});

describe('what is wrong on the command line', () => {
  test.each<[string, string[], RegExp]>([
    ['no name', ['get'], /^error: missing required argument 'credential'\n$/],
    [
      'an unknown command',
      ['gte', 'foo'],
      /^error: unknown command 'gte' \(Did you mean get\?\)\n$/,
    ],
    ['an unknown option', ['list', '--nope'], /^error: unknown option '--nope'/],
    ['an unknown digest', ['put', 'a', 'b', '-d', 'sha1'], /^error: .*Allowed choices are SHA, /],
    ['a malformed context', ['get', 'foo', 'a=b', 'env'], /^error: .*key=value.*word 2 of 2/],
    ['an empty context value', ['put', 'foo', 'bar', 'env='], /^error: .*key=value/],
    ['two identities', ['-p', 'a', 'get', 'foo', '--arn', 'b'], /^error: .*cannot be used with/],
    ['two identities after it', ['get', '-p', 'a', 'foo', '--arn', 'b'], /cannot be used with/],
  ])('%s is a usage error, on one line', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  test('a secret in the wrong place is not repeated', async () => {
    for (const args of [
      ['put', 'foo', '-s3cr3t'],
      ['put', 'foo', '--s3cr3t=x'],
      ['put', '-P', 'foo', 's3cr3t'],
      ['put', 'foo', 'value', 's3cr3t'],
    ]) {
      const { exitCode, stderr } = await run(...args);
      expect(exitCode).toBe(2);
      expect(stderr).not.toContain('s3cr3t');
    }
  });

  test('an empty name, and an impossible compartment', async () => {
    for (const args of [
      ['get', ''],
      ['get', 'a', '--compartment', 'a b'],
    ]) {
      const { exitCode, stderr } = await run(...args);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^(A secret's name|"a b" is not).*\n$/);
    }
  });

  test('a failure is one line, without a stack', async () => {
    await credstash.put('foo', 'bar');
    test_.aws.inject({ action: 'kms:Decrypt', error: 'ValidationException', times: 1 });
    expect(await run('get', 'foo')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'KMS ERROR: Decryption error ValidationException: Injected.\n',
    });
  });
});

test('no arguments is help, and so is --help', async () => {
  const { exitCode, stdout, stderr } = await run();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^Usage: credstash /);
  expect((await run('--help')).stdout).toBe(stdout);
  expect((await run('put', '--help')).stdout).toMatch(/^Usage: credstash put /);
});

test('--version is that of the package', async () => {
  expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
