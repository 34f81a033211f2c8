import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { KitKms } from '../../runtime/test/format/kit-kms';
import { attributes, cases, KIT, readKit, type KitCase } from '../../runtime/test/format/kit';
import { ask, classOf, CLIENTS, type Answer } from './clients';
import { forward } from './forward';
import { python } from './install';
import { createTable, dynamodb, ENV } from './peers';

const TABLE = 'kit';

let kms: KitKms;
let aws: Server;

/** moto's tables, and the kit's KMS. */
beforeAll(async () => {
  kms = await KitKms.start();
  aws = createServer((incoming, response) => {
    const isKms = String(incoming.headers['x-amz-target']).startsWith('TrentService.');
    forward(isKms ? kms.endpoint : ENV.AWS_ENDPOINT_URL, incoming, response);
  });
  await once(aws.listen(0, '127.0.0.1'), 'listening');

  await createTable(TABLE);
  for (const each of cases) {
    await dynamodb.send(new PutItemCommand({ TableName: TABLE, Item: attributes(each) }));
  }
});

afterAll(() => {
  kms.stop();
  aws.close();
});

test('the kit is what vectors/generate.py makes with the Python credstash', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'credstash-kit-'));
  const env = { ...process.env, ...ENV, PYTHONDONTWRITEBYTECODE: '1' };
  await promisify(execFile)(python('python'), [join(KIT, 'generate.py'), folder], { env });
  for (const file of ['items.json', 'versions.json']) {
    expect(JSON.parse(await readFile(join(folder, file), 'utf8'))).toEqual(readKit(file));
  }
  await rm(folder, { recursive: true });
});

describe.each(CLIENTS)('$name', (client) => {
  const testUnlessMissing = client.missing === undefined ? test : test.skip;
  const answers = new Map<KitCase, Answer>();

  beforeAll(async () => {
    if (client.missing !== undefined) return;
    const requests = cases.map(({ item, version, context }) => {
      return { name: item.name.S, version, next: false, context };
    });
    const endpoint = `http://localhost:${(aws.address() as AddressInfo).port}`;
    const given = await ask(client, TABLE, requests, endpoint);
    cases.forEach((each, index) => answers.set(each, given[index] ?? {}));
  });

  testUnlessMissing.each(cases)('answers as the kit says to $name', (each) => {
    const { value, ...failure } = answers.get(each) ?? {};
    const read = value === each.plaintextHex ? 'ok' : 'wrong';
    const answer = value === undefined ? classOf(failure) : read;
    expect(answer).toBe(each.differs?.[client.id] ?? each.expect);
  });
});
