import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { KitKms } from '../../runtime/test/format/kit-kms';
import { attributes, cases, KIT, readKit, type KitCase } from '../../runtime/test/format/kit';
import { NODE_PEER, python } from './install';
import { createTable, dynamodb, ENV } from './peers';

const TABLE = 'kit';
const ITEMS = join(KIT, 'items.json');

const run = promisify(execFile);
const env = {
  ...process.env,
  ...ENV,
  PYTHONDONTWRITEBYTECODE: '1',
  AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
};

test('the kit is what vectors/generate.py makes with the Python credstash', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'credstash-kit-'));
  await run(python('python'), [join(KIT, 'generate.py'), folder], { env });
  for (const file of ['items.json', 'versions.json']) {
    expect(JSON.parse(await readFile(join(folder, file), 'utf8'))).toEqual(readKit(file));
  }
  await rm(folder, { recursive: true });
});

describe.each([
  ['python', python('python'), [join(__dirname, 'read_kit.py')]],
  ['nodecredstash', process.execPath, [join(__dirname, 'read-kit.cjs'), NODE_PEER]],
])('%s', (client, program, args) => {
  let answers: Record<string, string>;

  beforeAll(async () => {
    await createTable(`${TABLE}-${client}`);
    for (const each of cases) {
      const Item = attributes(each);
      await dynamodb.send(new PutItemCommand({ TableName: `${TABLE}-${client}`, Item }));
    }
    const kms = await KitKms.start();
    const { stdout } = await run(program, [...args, ITEMS, `${TABLE}-${client}`, kms.endpoint], {
      env,
    }).finally(() => kms.stop());
    answers = JSON.parse(stdout) as typeof answers;
  });

  test.each(cases)('answers as the kit says to $name', (each) => {
    expect(classOf(each, answers[each.name])).toBe(each.differs?.[client] ?? each.expect);
  });
});

function classOf({ plaintextHex }: KitCase, answer = 'none'): string {
  if (answer === plaintextHex) return 'ok';
  return /^([0-9a-f]{2})*$/.test(answer) ? 'wrong' : answer;
}
