import { TestAws } from '../../testbed/test-aws';
import { pythons } from './peers';

/** Python credstash, as holders of the policies that the construct makes. */
let aws: TestAws;

beforeAll(async () => {
  aws = await TestAws.start();
});
afterAll(() => aws.aws.stop());

const as = async (role: string, ...args: string[]) =>
  pythons(args, '', { env: await aws.env(role) });

test('Python credstash puts as a writer, and lists, gets and gets all as a reader', async () => {
  expect(await as('writer', 'put', 'foo', 'one')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await as('writer', 'put', '-a', 'foo', 'two')).toMatchObject({ exitCode: 0, stderr: '' });
  expect((await as('reader', 'get', 'foo')).stdout).toBe('two\n');
  expect((await as('reader', 'get', 'foo', '-v', '1')).stdout).toBe('one\n');
  expect((await as('reader', 'list')).stdout.split('\n')).toHaveLength(3);
  expect(JSON.parse((await as('reader', 'getall')).stdout)).toEqual({ foo: 'two' });
});

test.each([
  ['reader', ['put', 'bar', 'x']],
  ['reader', ['delete', 'foo']],
  ['writer', ['get', 'foo']],
  ['writer', ['get', 'foo', '-v', '1']],
  ['writer', ['getall']],
  ['writer', ['delete', 'foo']],
])('Python credstash as a %s is denied %j', async (role, args) => {
  const { exitCode, stdout, stderr } = await as(role, ...args);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/AccessDenied/);
  expect(stdout).not.toMatch(/one|two/);
});
