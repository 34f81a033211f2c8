import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';

import { TestAws } from '../../../testbed/test-aws.js';
import { compareBytes } from '../../src/format/text.js';
import { padVersion, versionAfter } from '../../src/format/version.js';
import { Credstash, CredstashError } from '../../src/index.js';
import { read } from './independent-reader.js';
import { KitKms } from './kit-kms.js';
import { attributes, cases, decrypt, KIT, versions, type KitCase } from './kit.js';

describe('Credstash', () => {
  let test_: TestAws;
  let kms: KitKms;
  let credstash: Credstash;

  beforeAll(async () => {
    test_ = await TestAws.start();
    kms = await KitKms.start();
    const { dynamodb } = test_.clients();
    credstash = new Credstash({
      dynamodb,
      kms: new KMSClient({ ...test_.target, endpoint: kms.endpoint }),
    });
    for (const each of cases) {
      const Item = attributes(each);
      await dynamodb.send(new PutItemCommand({ TableName: 'credential-store', Item }));
    }
  });
  afterAll(async () => {
    kms.stop();
    await test_.aws.stop();
  });

  /** The value, or the class of the failure. */
  async function answer({ item, version, context }: KitCase): Promise<Uint8Array | string> {
    try {
      return await credstash.getBytes(item.name.S, { version, context });
    } catch (error) {
      return error instanceof CredstashError ? classOf(error) : String(error);
    }
  }

  test.each(cases)('answers $expect to $name', async (each) => {
    expect(hexOrClass(await answer(each))).toBe(expected(each));
  });
});

describe('A reader that follows docs/format.md, and shares no code with the library', () => {
  test.each(cases)('answers $expect to $name', (each) => {
    const value = read(each.item, (wrapped) => decrypt(each, wrapped, each.context));
    expect(hexOrClass(value)).toBe(expected(each));
  });
});

test('docs/format.md shows a case of the kit', () => {
  const format = readFileSync(join(KIT, '../docs/format.md'), 'utf8');
  const [, shown = ''] = /```json\n(.*?)```/s.exec(format) ?? [];
  const item = JSON.parse(shown) as KitCase['item'];
  const { kms, ...shownCase } = cases.find(({ name }) => name === item.name.S) as KitCase;
  expect(item).toEqual(shownCase.item);
  expect(format).toContain(`\`${Buffer.from(shownCase.plaintextHex, 'hex').toString()}\``);
  for (const half of [kms.dataKeyHex.slice(0, 64), kms.dataKeyHex.slice(64)]) {
    expect(format).toContain(`\`${half}\``);
  }
  const ciphertext = Buffer.from(item.contents?.S as string, 'base64').toString('hex');
  expect(format).toContain(`\`${ciphertext}\``);
});

describe('versions of the kit', () => {
  test.each(versions.padded)('padVersion stores $given as $stored', ({ given, stored }) => {
    expect(padVersion(given)).toBe(stored);
  });

  test('compareBytes orders them as DynamoDB does', () => {
    expect([...versions.ascending].sort(compareBytes)).toEqual(versions.ascending);
    expect([...versions.ascending].reverse().sort(compareBytes)).toEqual(versions.ascending);
  });

  test.each(versions.next)('versionAfter gives the next $about', ({ stored, next }) => {
    const descending = [...stored].sort(compareBytes).reverse();
    const versionNext = () => versionAfter('a', descending);
    if (next === null) expect(versionNext).toThrow(/no next version/);
    else expect(versionNext()).toBe(next);
  });
});

const expected = ({ expect, plaintextHex }: KitCase) => (expect === 'ok' ? plaintextHex : expect);

const hexOrClass = (answer: Uint8Array | string) =>
  typeof answer === 'string' ? answer : Buffer.from(answer).toString('hex');

/** The class of a failure, as vectors/README.md has it. */
function classOf({ code, message }: CredstashError): string {
  switch (code) {
    case 'ERR_CONTEXT_MISMATCH':
      return 'context';
    case 'ERR_UNSUPPORTED_DIGEST':
      return 'digest';
    case 'ERR_INTEGRITY':
      return message.endsWith('is not base64') ? 'encoding' : 'integrity';
    default:
      return message;
  }
}
