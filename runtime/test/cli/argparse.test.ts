import { padVersion } from '../../src/format/version.js';
import { Setting } from './setting.js';

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
});
afterEach(() => setting.deleteAll());
afterAll(() => setting.close());

const PEM = '-----BEGIN PRIVATE KEY-----\nMIIE==\n-----END PRIVATE KEY-----';

describe('an option and its value in one argument', () => {
  test.each<[args: string[], entry: object]>([
    [['-v=3', '-c=hi'], { version: padVersion(3), comment: 'hi' }],
    [['-v3', '-chi there'], { version: padVersion(3), comment: 'hi there' }],
    [['-c==hi', '-d=SHA512', '-t=credential-store'], { comment: '=hi' }],
    [['-c=', '-r=us-east-1'], { version: padVersion(1) }],
    [['-av=3'], { version: padVersion(1) }],
    [['-c', '- a note', '-v=4'], { version: padVersion(4), comment: '- a note' }],
  ])('is read as by Python credstash: put foo bar %j', async (args, entry) => {
    const { exitCode } = await setting.run('-t=credential-store', 'put', 'foo', 'bar', ...args);
    expect(exitCode).toBe(0);
    expect(await setting.credstash.list()).toMatchObject([{ name: 'foo', ...entry }]);
  });

  test('is read in get, too', async () => {
    await setting.credstash.putAll({ foo: '1' });
    expect((await setting.run('get', '-nv=1', 'foo')).stdout).toBe('1');
    expect((await setting.run('get', 'f*', '-f=csv')).stdout).toBe('foo,1\n');
  });

  test.each([
    ['a flag with a value', ['put', 'foo', '-a=3']],
    ['a flag with another letter', ['put', 'foo', '-a5']],
    ['a group with a long option', ['put', 'foo', '-a-version', '3']],
    ['an option without its value', ['put', 'foo', 'bar', '-c']],
    ['an option in place of a value', ['put', 'foo', 'bar', '-c', '-a']],
    ['-- in place of a value', ['put', '-c', '--', 'foo', 'bar']],
    ['an abbreviated option', ['put', 'foo', '--com=a b']],
  ])('is a usage error, and nothing is stored, with %s', async (_, args) => {
    expect(await setting.run(...args)).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await setting.credstash.list()).toEqual([]);
  });
});

describe('an argument that begins with -', () => {
  test.each([PEM, '-x y', '-- x', '-5', '-.5', '-1e5'])('can be the value %j', async (value) => {
    const { exitCode } = await setting.run('put', 'foo', value, '-v', '2');
    expect(exitCode).toBe(0);
    expect(await setting.credstash.get('foo', { version: 2 })).toBe(value);
  });

  test('can be a name and a pair of the context', async () => {
    expect((await setting.run('put', '-my secret', 'bar', '-my key=a b')).exitCode).toBe(0);
    expect((await setting.run('get', '-n', '-my secret', '-my key=a b')).stdout).toBe('bar');
  });

  test('leaves the arguments of exec to the command that it runs', async () => {
    await setting.credstash.put('foo', 'bar');
    const words = ['-t', '-v=3', '--', '-x y'];
    const { stdout } = await setting.run('exec', 'foo', '--', 'echo', ...words);
    expect(stdout).toBe('-t -v=3 -- -x y\n');
  });
});
