import { padVersion } from '../../runtime/src/format/version.js';
import { Credstash } from '../../runtime/src/index.js';
import { standardCompartment, startSynthesized } from '../../testbed/synthesized-aws';
import type { TestAws } from '../../testbed/test-aws';
import { connect, createKey, createTable, pythons } from './peers';

const V1 = padVersion(1);

/** The pairs of a secret's first version, as an encryption context. */
const pairs = (name: string) => ({ 'credstash:name': name, 'credstash:version': V1 });

/** The same, as arguments. */
const words = (name: string) => [`credstash:name=${name}`, `credstash:version=${V1}`];

describe('in moto, which enforces no policy', () => {
  const TABLE = 'bound-names';
  const credstash = connect(TABLE);
  const python = (...args: string[]) => pythons(['-t', TABLE, ...args]);

  beforeAll(async () => {
    await createKey('alias/credstash');
    await createTable(TABLE);
  });

  test('Python credstash reads what the library sealed bound, with the pairs alone', async () => {
    await credstash.put('foo', 'bar', { context: pairs('foo') });
    const got = await python('get', 'foo', ...words('foo'));
    expect(got).toEqual({ exitCode: 0, stdout: 'bar\n', stderr: '' });
    for (const others of [[], words('foo').slice(1), words('other')]) {
      const { stdout, stderr } = await python('get', 'foo', ...others);
      expect(stdout + stderr).toMatch(/^KMS ERROR: Could not decrypt hmac key with KMS/);
    }
  });

  test('the library reads what Python credstash put with the pairs', async () => {
    expect(await python('put', 'foo2', 'bar', ...words('foo2'))).toMatchObject({ exitCode: 0 });
    expect(await credstash.get('foo2', { context: pairs('foo2') })).toBe('bar');
  });
});

describe('in a compartment whose key requires the pairs', () => {
  let aws: TestAws;
  let credstash: Credstash;

  beforeAll(async () => {
    aws = await startSynthesized((stack) => {
      standardCompartment(stack, { bindNames: true });
    });
    credstash = new Credstash({ ...aws.clients(), compartment: 'credstash' });
  });
  afterAll(() => aws.aws.stop());

  const python = async (...args: string[]) => pythons(args, '', { env: await aws.env() });

  test('Python credstash reads what the library put, if it is given the pairs', async () => {
    await credstash.put('foo', 'bar');
    const got = await python('get', 'foo', ...words('foo'));
    expect(got).toEqual({ exitCode: 0, stdout: 'bar\n', stderr: '' });
    const { stdout, stderr } = await python('get', 'foo');
    expect(stdout + stderr).toMatch(/AccessDeniedException/);
  });

  test('Python credstash puts with the pairs alone, and the library reads that without them, too', async () => {
    const { stdout, stderr } = await python('put', 'theirs', 'v');
    expect(stdout + stderr).toMatch(/AccessDeniedException/);
    expect(await python('put', 'theirs', 'v', ...words('theirs'))).toMatchObject({ exitCode: 0 });
    expect(await credstash.get('theirs')).toBe('v');
    expect(await credstash.get('theirs', { context: pairs('theirs') })).toBe('v');
  });
});
