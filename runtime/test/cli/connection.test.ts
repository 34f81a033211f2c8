import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { runCli } from '../../../demo/cli.js';
import { Credstash } from '../../src/index.js';
import { Setting } from './setting.js';

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
});
afterEach(() => setting.deleteAll());
afterAll(() => setting.close());

describe('connection settings', () => {
  test.each([
    ['--compartment before the command', ['--compartment', 'prod', 'put', 'foo', 'p']],
    ['--compartment after the command', ['put', '--compartment', 'prod', 'foo', 'p']],
    ['--compartment at the end', ['put', 'foo', 'p', '--compartment', 'prod']],
    ['-t and -k', ['-t', 'credential-store-prod', 'put', '-k', 'alias/credstash-prod', 'foo', 'p']],
  ])('choose a compartment by %s', async (_, args) => {
    const prod = new Credstash({ ...setting.aws.clients(), compartment: 'prod' });
    expect(await setting.run(...args)).toMatchObject({
      exitCode: 0,
      stdout: 'foo has been stored\n',
    });
    expect(await prod.get('foo')).toBe('p');
    expect(await setting.credstash.list()).toEqual([]);
    await prod.delete('foo');
  });

  test('use the last -t when it is given twice', async () => {
    const { exitCode } = await setting.run('-t', 'nowhere', 'list', '-t', 'credential-store');
    expect(exitCode).toBe(0);
  });

  test('assume the role given by -n before the command or --arn after it', async () => {
    await setting.credstash.put('foo', 'bar');
    const arn = 'arn:aws:iam::111122223333:role/reader';
    expect((await setting.run('-n', arn, 'get', 'foo')).stdout).toBe('bar\n');
    expect((await setting.run('get', '--arn', arn, 'foo')).stdout).toBe('bar\n');
    const { exitCode, stderr } = await setting.run('-n', arn, 'put', 'foo', 'x');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/AccessDenied.*assumed-role\/reader\/credstash/);
  });

  test('use the credentials and the region of the profile given by -p', async () => {
    const { accessKeyId, secretAccessKey } = setting.aws.aws.admin;
    const config = await setting.file(
      'config',
      `[profile team]\nregion = us-east-1\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    await setting.credstash.put('foo', 'bar');
    const bare = { AWS_ENDPOINT_URL: setting.aws.aws.endpoint, AWS_CONFIG_FILE: config };
    expect((await runCli(['-p', 'team', 'get', 'foo'], bare)).stdout).toBe('bar\n');
    expect((await runCli(['get', 'foo', '-p', 'team'], bare)).stdout).toBe('bar\n');
  });

  test.each([
    ['-r rather than AWS_REGION', ['-r', 'eu-west-1'], { AWS_REGION: 'us-west-1' }, 'eu-west-1'],
    [
      'AWS_REGION rather than AWS_DEFAULT_REGION',
      [],
      { AWS_REGION: 'us-west-1', AWS_DEFAULT_REGION: 'us-west-2' },
      'us-west-1',
    ],
    [
      'AWS_DEFAULT_REGION when AWS_REGION is empty',
      [],
      { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-west-2' },
      'us-west-2',
    ],
    ['AWS_REGION when -r is empty', ['-r', ''], { AWS_REGION: 'us-west-1' }, 'us-west-1'],
    ['-r when --kms-region is empty', ['-r', 'eu-west-1', '--kms-region', ''], {}, 'eu-west-1'],
    ['the default when nothing is set', [], { AWS_REGION: '' }, 'us-east-1'],
  ])('take the region from %s', async (_, args, regions, region) => {
    const table = ['-t', 'nowhere'];
    const { stderr } = await runCli([...args, ...table, 'list'], { ...setting.env, ...regions });
    expect(stderr).toMatch(new RegExp(`nowhere in ${region} `));
  });
});

describe('the retries that the environment asks for', () => {
  afterEach(() => setting.aws.aws.clearFaults());

  test.each([
    ['AWS_MAX_ATTEMPTS', { AWS_MAX_ATTEMPTS: '2' }, 2],
    ['AWS_MAX_ATTEMPTS=1', { AWS_MAX_ATTEMPTS: '1' }, 1],
    ['AWS_RETRY_MODE, with the attempts of the SDK', { AWS_RETRY_MODE: 'standard' }, 3],
    ['both', { AWS_RETRY_MODE: 'standard', AWS_MAX_ATTEMPTS: '2' }, 2],
  ])('are those of %s', async (_, variables, attempts) => {
    await setting.credstash.put('foo', 'bar');
    setting.aws.aws.inject({ action: 'kms:Decrypt', error: 'ThrottlingException' });
    setting.aws.takeCalls();
    await runCli(['get', 'foo'], { ...setting.env, ...variables });
    const decrypts = setting.aws.takeCalls().filter((call) => call === 'kms:Decrypt');
    expect(decrypts).toHaveLength(attempts);
  });

  test('are our own when AWS_MAX_ATTEMPTS is not a number', async () => {
    await setting.credstash.put('foo', 'bar');
    setting.aws.aws.inject({ action: 'kms:Decrypt', error: 'InternalFailure', times: 1 });
    const { stdout } = await runCli(['get', 'foo'], { ...setting.env, AWS_MAX_ATTEMPTS: 'many' });
    expect(stdout).toBe('bar\n');
  });
});

describe('--timeout', () => {
  test('ends a command that gets no answer, on one line', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const env = { ...setting.env, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
    const { exitCode, stderr } = await runCli(['get', 'foo', '--timeout', '0.2'], env);
    silent.close();
    for (const socket of sockets) socket.destroy();
    expect(stderr).toMatch(
      /^Could not call dynamodb:Query on credential-store \(TimeoutError: The command took longer than 0\.2 s\)\.\n$/,
    );
    expect(exitCode).toBe(1);
  });

  test.each(['0', '-1', 'soon', '', '1e9'])('%j is refused', async (seconds) => {
    const { exitCode, stderr } = await setting.run('get', 'foo', `--timeout=${seconds}`);
    expect(stderr).toMatch(/--timeout <seconds>.*It must be a number of seconds/);
    expect(exitCode).toBe(2);
  });
});
