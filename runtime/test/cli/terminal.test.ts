import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify, stripVTControlCharacters } from 'node:util';

import { runCli } from '../../../demo/cli.js';
import { Setting } from './setting.js';

let setting: Setting;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  setting = await Setting.create();
  env = await setting.shellEnv();
});
afterEach(async () => {
  setting.aws.aws.clearFaults();
  await setting.deleteAll();
});
afterAll(() => setting.close());

/**
 * Run a command on a terminal, which shows both streams, and type into it when it prompts.
 *
 * @param options.file The file that it prompts in, if that is not the terminal.
 */
async function onTerminal(
  command: string,
  typed = '',
  { file, prompt = 'foo:' }: { file?: string; prompt?: string } = {},
) {
  const args = ['--quiet', '--return', '--command', command, '/dev/null'];
  const child = spawn('script', args, { env });
  const closed = once(child, 'close') as Promise<[number]>;
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  if (typed !== '') {
    const seen = () => (file === undefined ? shown : readFile(file, 'utf8').catch(() => ''));
    while (child.exitCode === null && !(await seen()).includes(prompt)) await setTimeout(20);
    child.stdin.write(typed);
  }
  const [code] = await closed;
  return { code, shown };
}

const shell = (script: string) =>
  promisify(execFile)('bash', ['-c', script], { env, maxBuffer: 1e9 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => {
      return { code, stdout, stderr };
    },
  );

describe('put -P', () => {
  test('does not echo the typed value', async () => {
    const { code, shown } = await onTerminal('credstash put foo -P', 's3cr3t\r');
    expect(code).toBe(0);
    expect(shown).not.toContain('s3cr3t');
    expect(await setting.credstash.get('foo')).toBe('s3cr3t');
  });

  test('does not echo the typed value when stderr is a file', async () => {
    const prompts = join(setting.folder, 'prompts');
    const { shown } = await onTerminal(`credstash put foo -P 2>${prompts}`, 's3cr3t\r', {
      file: prompts,
    });
    expect(shown).not.toContain('s3cr3t');
    expect(await setting.credstash.get('foo')).toBe('s3cr3t');
  });

  test('says after Ctrl-C that nothing was stored', async () => {
    const { code, shown } = await onTerminal('credstash put foo -P', '\x03');
    expect(code).toBe(130);
    expect(stripVTControlCharacters(shown).trim()).toMatch(
      /^foo: \s*Interrupted\. Nothing was stored\.$/,
    );
    expect(await setting.credstash.list()).toEqual([]);
  });

  test('says after SIGTERM that nothing was stored, and turns the echo on again', async () => {
    const pid = join(setting.folder, 'pid');
    const { shown } = await onTerminal(
      `(while [ ! -s ${pid} ]; do sleep 0.1; done; sleep 2; kill -TERM $(cat ${pid})) &
      sh -c 'echo $$ >${pid}; exec credstash put foo -P'; echo "code $?"; stty -a`,
    );
    expect(stripVTControlCharacters(shown)).toMatch(
      /^foo: \s*Interrupted\. Nothing was stored\.\s+code 143\s[^]*[^-]echo /,
    );
  });

  test.each([
    ['Ctrl-D', '\x04', 'Nothing was typed.'],
    ['an empty line', '\r', 'Nothing was typed.'],
    ['a paste of two lines', 's3cr3t\rsecond\r', 'More than one line was typed'],
  ])('says after %s that nothing was stored', async (_, typed, message) => {
    const { code, shown } = await onTerminal('credstash put foo -P', typed);
    expect(code).toBe(1);
    expect(stripVTControlCharacters(shown)).toMatch(/Nothing was stored\.\s*$/);
    expect(shown).toContain(message);
    expect(shown).not.toContain('s3cr3t');
    expect(await setting.credstash.list()).toEqual([]);
  });

  test('is what put without a value does on a terminal', async () => {
    const { code, shown } = await onTerminal('credstash put foo', 's3cr3t\r');
    expect([code, shown]).toEqual([0, expect.not.stringContaining('s3cr3t')]);
    expect(await setting.credstash.get('foo')).toBe('s3cr3t');
  });

  test('fails when stdin ends without a value', async () => {
    const outcome = await runCli(['put', 'foo', '-P'], setting.env, '');
    expect(outcome).toMatchObject({ exitCode: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/Nothing was stored\.\n$/);
  });
});

describe('standard output', () => {
  test('causes no message when its reader closes it early', async () => {
    await setting.credstash.putAll(
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`n${i}`, 'x'.repeat(100_000)])),
    );
    const { stdout, stderr } = await shell('credstash getall | head -c 1');
    expect({ stdout, stderr }).toEqual({ stdout: '{', stderr: '' });
  });

  test('causes one line of error and exit code 1 when it is full', async () => {
    await setting.credstash.put('foo', 'bar');
    const { code, stderr } = await shell('credstash get foo > /dev/full');
    expect(code).toBe(1);
    expect(stderr).toBe("Can't write to standard output (ENOSPC)\n");
  });
});

describe('progress of getall', () => {
  beforeEach(() => setting.credstash.putAll({ a: '1', b: '2' }));

  test('is shown on a terminal', async () => {
    expect((await onTerminal('credstash getall')).shown).toMatch(/reading .*2\/2/);
  });

  test('lets Ctrl-C end the program, and leaves the terminal as it was', async () => {
    setting.aws.aws.inject({ action: 'kms:Decrypt', latency: 60_000 });
    const { code, shown } = await onTerminal('credstash getall', '\x03', { prompt: 'reading' });
    expect(code).toBe(130);
    expect(stripVTControlCharacters(shown)).toMatch(/\sInterrupted\.\s*$/);
    // Neither the cursor nor the wrapping of lines is switched off.
    expect(shown).not.toMatch(/\x1b\[\?(25|7)l/);
  });

  test('is not shown in a pipe', async () => {
    expect((await setting.run('getall')).stderr).toBe('');
  });
});

test('get works, and writes no file, in a read-only folder with a read-only or missing HOME', async () => {
  await setting.credstash.put('foo', 'bar');
  const folder = join(setting.folder, 'read-only');
  await mkdir(folder, { mode: 0o555 });
  for (const home of [folder, '/nowhere', '/proc']) {
    const { stdout, stderr } = await shell(`cd ${folder}; HOME=${home} credstash get foo; ls -A`);
    expect({ stdout, stderr }).toEqual({ stdout: 'bar\n', stderr: '' });
  }
});

describe('~/.credstash', () => {
  const config = () => join(setting.folder, '.credstash');

  afterEach(() => promisify(execFile)('rm', ['-f', config()]));

  test('keeps the region of the key that setup --save-kms-region stored, with mode 0600', async () => {
    await setting.credstash.put('foo', 'bar');
    const saved = await setting.run('setup', '--save-kms-region', 'eu-west-1');
    expect(saved.stdout).toMatch(/^KMS region set to eu-west-1\n/);
    expect((await shell(`stat -c %a ${config()}`)).stdout).toBe('600\n');
    expect((await setting.run('get', 'foo')).stderr).toMatch(/^KMS ERROR: .*Choose the region/);
    expect((await setting.run('get', 'foo', '--kms-region', 'us-east-1')).stdout).toBe('bar\n');
  });

  test.each([
    ['', 'it is not a JSON object'],
    ['{', 'it is not a JSON object'],
    ['null', 'it is not a JSON object'],
    ['[]', 'it is not a JSON object'],
    ['5', 'it is not a JSON object'],
    ['"us-east-1"', 'it is not a JSON object'],
    ['{"kms-region": 5}', '"kms-region" is not a string'],
    ['{"kms-region": ["us-east-1"]}', '"kms-region" is not a string'],
  ])('is named by the error when it holds %j', async (content, reason) => {
    await setting.file('.credstash', content);
    const { exitCode, stderr } = await setting.run('get', 'foo');
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`The file ${config()} can't be read (${reason}). Fix or remove it.\n`);
  });

  test.each(['{}', '{"kms-region": null}', '{"kms-region": ""}'])(
    'names no region when it holds %s',
    async (content) => {
      await setting.credstash.put('foo', 'bar');
      await setting.file('.credstash', content);
      expect(await setting.run('get', 'foo')).toEqual({
        exitCode: 0,
        stdout: 'bar\n',
        stderr: '',
      });
    },
  );
});

test('get retries a throttled Decrypt until it succeeds', async () => {
  await setting.credstash.put('foo', 'bar');
  setting.aws.aws.inject({ action: 'kms:Decrypt', error: 'ThrottlingException', times: 4 });
  expect(await setting.run('get', 'foo')).toEqual({ exitCode: 0, stdout: 'bar\n', stderr: '' });
});

test("get -n names the role that it can't assume", async () => {
  const arn = 'arn:aws:iam::111122223333:role/nobody';
  const { exitCode, stderr } = await setting.run('-n', arn, 'get', 'foo');
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^Can't assume the role arn:aws:iam::111122223333:role\/nobody \([^\n]*\n$/,
  );
});

test('keys does not warn of a profile beside credentials in the environment', async () => {
  const { accessKeyId, secretAccessKey } = setting.aws.aws.admin;
  const AWS_CONFIG_FILE = await setting.file(
    'config',
    `[profile team]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
  const both = { ...setting.env, AWS_CONFIG_FILE };
  expect((await runCli(['-p', 'team', 'keys'], both)).stderr).toBe('');
  expect((await runCli(['keys'], { ...both, AWS_PROFILE: 'team' })).stderr).toBe('');
});

test.each([
  'put',
  'get',
  'getall',
  'list',
  'keys',
  'history',
  'putall',
  'delete',
  'doctor',
  'exec',
  'setup',
  'migrate-versions',
  'completion',
])('credstash %s --help shows an example', async (command) => {
  const { exitCode, stdout } = await setting.run(command, '--help');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(new RegExp(`\n  \\$ .*credstash ${command} `));
});
