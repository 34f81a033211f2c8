import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { padVersion } from '../../runtime/src/format/version.js';
import { connect, createKey, createTable, dynamodb, pythons } from './peers';

const TABLE = 'items';
const credstash = connect(TABLE);

beforeAll(async () => {
  await createKey('alias/credstash');
  await createTable(TABLE);
});

test('Python credstash stores the hmac as Binary, and the library as String', async () => {
  const hmacOf = async (name: string) => {
    const Key = { name: { S: name }, version: { S: padVersion(1) } };
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: TABLE, Key }));
    return Object.keys(Item?.hmac ?? {});
  };
  await pythons(['-t', TABLE, 'put', 'theirs', 'v']);
  expect(await hmacOf('theirs')).toEqual(['B']);
  await credstash.put('ours', 'v');
  expect(await hmacOf('ours')).toEqual(['S']);
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
