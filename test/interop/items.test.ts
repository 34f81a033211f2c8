import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DIGESTS } from '../../runtime/src/format/seal.js';
import { padVersion } from '../../runtime/src/format/version.js';
import { NODE_PEER } from './install';
import { connect, createKey, createTable, dynamodb, ENV, pythons } from './peers';

const TABLE = 'items';
const PEM = `-----BEGIN KEY-----\n${'QUJD'.repeat(16)}\n-----END KEY-----\n`;

/** Name, value, context. */
const SECRETS: [string, string, Record<string, string>][] = [
  ['plain', 'hunter2', {}],
  ['empty', '', {}],
  ['unicode/ключ', 'värde 🔑 值', {}],
  ['pem', PEM, {}],
  ['quotes', `'"\\ $x \`y\`\ttab`, {}],
  ['bound', 'v', { env: 'prod', 'own er': 'é' }],
  ['long', 'x'.repeat(200_000), {}],
];

const credstash = connect(TABLE);
const words = (context: Record<string, string>) => Object.entries(context).map((p) => p.join('='));

beforeAll(async () => {
  await createKey('alias/credstash');
  await createTable(TABLE);
});

describe.each(SECRETS)('the secret %s', (name, value, context) => {
  test('written by the library is read by Python credstash', async () => {
    await credstash.put(`ours/${name}`, value, { context });
    const { stdout } = await pythons(['-t', TABLE, 'get', '-n', `ours/${name}`, ...words(context)]);
    expect(stdout).toBe(value);
  });

  test('written by Python credstash is read by the library', async () => {
    const args = ['-t', TABLE, 'put', `theirs/${name}`, '-', ...words(context)];
    await pythons(args, value);
    expect(await credstash.get(`theirs/${name}`, { context })).toBe(value);
  });
});

describe.each(DIGESTS)('an item with the digest %s', (digest) => {
  test('written by the library is read by Python credstash', async () => {
    await credstash.put(`ours.${digest}`, 'v', { digest });
    const { stdout } = await pythons(['-t', TABLE, 'get', `ours.${digest}`]);
    expect(stdout).toBe('v\n');
  });

  test('written by Python credstash is read by the library', async () => {
    await pythons(['-t', TABLE, 'put', `theirs.${digest}`, 'v', '-d', digest]);
    expect(await credstash.get(`theirs.${digest}`)).toBe('v');
  });
});

test('Python credstash stores the hmac as Binary, and the library as String', async () => {
  const hmacOf = async (name: string) => {
    const Key = { name: { S: name }, version: { S: padVersion(1) } };
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: TABLE, Key }));
    return Object.keys(Item?.hmac ?? {});
  };
  expect(await hmacOf('theirs/plain')).toEqual(['B']);
  expect(await hmacOf('ours/plain')).toEqual(['S']);
});

test('the library and Python credstash continue the versions of the other, and list its comments', async () => {
  await pythons(['-t', TABLE, 'put', 'v', '1', '-c', 'theirs', '-v', '9']);
  await credstash.put('v', '2', { autoVersion: true, comment: 'ours' });
  await pythons(['-t', TABLE, 'put', 'v', '3', '-a']);
  await credstash.put('v', 'text', { version: 'v1.0.0' });
  const listed = (await credstash.list()).filter(({ name }) => name === 'v');
  expect(listed).toEqual([
    { name: 'v', version: padVersion(9), comment: 'theirs' },
    { name: 'v', version: padVersion(10), comment: 'ours' },
    { name: 'v', version: padVersion(11) },
    { name: 'v', version: padVersion('v1.0.0') },
  ]);
  expect((await pythons(['-t', TABLE, 'get', 'v', '-v', '10'])).stdout).toBe('2\n');
  expect((await pythons(['-t', TABLE, 'get', 'v'])).stdout).toBe('text\n');
});

test('the library and Python credstash each need the context that the other bound a secret to', async () => {
  await credstash.put('bound', 'v', { context: { env: 'prod' } });
  expect(await pythons(['-t', TABLE, 'get', 'bound', 'env=dev'])).toMatchObject({ exitCode: 1 });
  await pythons(['-t', TABLE, 'put', 'theirs-bound', 'v', 'env=prod']);
  await expect(credstash.get('theirs-bound')).rejects.toMatchObject({
    code: 'ERR_CONTEXT_MISMATCH',
  });
});

test("Ansible's credstash lookup reads a secret of the library", async () => {
  await credstash.put('for-ansible', 'pl4ybook', { context: { env: 'prod' } });
  const lookup = `lookup('community.general.credstash', 'for-ansible', table='${TABLE}', region='us-east-1', env='prod')`;
  const { stdout, stderr } = await pythons(
    ['localhost', '-m', 'ansible.builtin.debug', '-a', `msg={{ ${lookup} }}`],
    '',
    { program: 'ansible', env: { LC_ALL: 'C.UTF-8' } },
  );
  expect(stdout + stderr).toContain('"msg": "pl4ybook"');
});

describe('nodecredstash', () => {
  const config = JSON.stringify({
    table: TABLE,
    awsOpts: { region: ENV.AWS_REGION, endpoint: ENV.AWS_ENDPOINT_URL },
  });
  const node = async (call: string) => {
    const script = `require(${JSON.stringify(NODE_PEER)})(${config}).${call}.then(console.log)`;
    const env = { ...process.env, ...ENV, AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1' };
    return (await promisify(execFile)(process.execPath, ['-e', script], { env })).stdout;
  };

  test('reads a secret of the library', async () => {
    await credstash.put('for-node', 'n0de');
    expect(await node("getSecret({ name: 'for-node' })")).toBe('n0de\n');
  });

  test('writes a secret that the library reads', async () => {
    await node("putSecret({ name: 'of-node', secret: 'n0de', version: 1 })");
    expect(await credstash.get('of-node')).toBe('n0de');
  });
});
