import { runCli } from '../../../demo/cli.js';
import { Credstash } from '../../src/index.js';
import { Setting } from './setting.js';

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
});
afterEach(() => setting.deleteAll());
afterAll(() => setting.close());

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
    const prod = new Credstash({ ...setting.aws.clients(), compartment: 'prod' });
    expect(await setting.run(...args)).toMatchObject({
      exitCode: 0,
      stdout: 'foo has been stored\n',
    });
    expect(await prod.get('foo')).toBe('p');
    expect(await setting.credstash.list()).toEqual([]);
    await prod.delete('foo');
  });

  test('the last flag of a kind wins', async () => {
    const { exitCode } = await setting.run('-t', 'nowhere', 'list', '-t', 'credential-store');
    expect(exitCode).toBe(0);
  });

  test('a role to assume, by -n before the command and by --arn after it', async () => {
    await setting.credstash.put('foo', 'bar');
    const arn = 'arn:aws:iam::111122223333:role/reader';
    expect((await setting.run('-n', arn, 'get', 'foo')).stdout).toBe('bar\n');
    expect((await setting.run('get', '--arn', arn, 'foo')).stdout).toBe('bar\n');
    const { exitCode, stderr } = await setting.run('-n', arn, 'put', 'foo', 'x');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/AccessDenied.*assumed-role\/reader\/credstash/);
  });

  test('a profile, and its region', async () => {
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
    ['the flag', ['-r', 'eu-west-1'], { AWS_REGION: 'us-west-1' }, 'eu-west-1'],
    ['AWS_REGION', [], { AWS_REGION: 'us-west-1', AWS_DEFAULT_REGION: 'us-west-2' }, 'us-west-1'],
    ['AWS_DEFAULT_REGION', [], { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-west-2' }, 'us-west-2'],
    ['nothing', [], { AWS_REGION: '' }, 'us-east-1'],
  ])('the region of %s', async (_, args, regions, region) => {
    const table = ['-t', 'nowhere'];
    const { stderr } = await runCli([...args, ...table, 'list'], { ...setting.env, ...regions });
    expect(stderr).toMatch(new RegExp(`nowhere in ${region} `));
  });
});
