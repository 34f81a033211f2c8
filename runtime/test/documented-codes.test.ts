import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import ts from 'typescript';

import { padVersion } from '../src/format/version.js';
import type { Credstash } from '../src/index.js';
import { Secrets } from './secrets.js';

/** The doc comments of the asynchronous methods of Credstash, by name. */
function docComments(): Map<string, string> {
  const file = join(__dirname, '../src/credstash.ts');
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.ES2023,
    true,
  );
  const comments = new Map<string, string>();
  const visit = (node: ts.Node) => {
    if (ts.isMethodDeclaration(node) && /^async /m.test(node.getText())) {
      const [comment] = ts.getJSDocCommentsAndTags(node);
      comments.set(node.name.getText(), comment?.getText() ?? '');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return comments;
}

const COMMENTS = docComments();

/** Each method, so called that it makes every call it can. */
const CALLS: Readonly<Record<string, (credstash: Credstash) => Promise<unknown>>> = {
  get: (credstash) => credstash.get('foo'),
  getBytes: (credstash) => credstash.getBytes('foo', { version: 1 }),
  getAll: (credstash) => credstash.getAll(),
  resolve: (credstash) => credstash.resolve({ FOO: 'credstash:foo' }),
  preload: (credstash) => credstash.preload(['foo']),
  put: (credstash) => credstash.put('foo', 'other', { autoVersion: true, ifChanged: true }),
  putAll: (credstash) => credstash.putAll({ foo: 'other' }, { autoVersion: true }),
  list: (credstash) => credstash.list(),
  versions: (credstash) => credstash.versions('foo'),
  history: (credstash) => credstash.history('foo'),
  delete: (credstash) => credstash.delete('foo'),
  migrateVersions: (credstash) => credstash.migrateVersions(),
  rebind: (credstash) => credstash.rebind(),
};

const ERRORS = {
  dynamodb: [
    'AccessDeniedException',
    'ProvisionedThroughputExceededException',
    'ResourceNotFoundException',
    'UnrecognizedClientException',
    'ValidationException',
  ],
  kms: [
    'AccessDeniedException',
    'DisabledException',
    'IncorrectKeyException',
    'InvalidCiphertextException',
    'NotFoundException',
    'ThrottlingException',
    'UnrecognizedClientException',
    'ValidationException',
  ],
} as const;

const ACTIONS = {
  dynamodb: ['DeleteItem', 'GetItem', 'PutItem', 'Query', 'Scan'],
  kms: ['Decrypt', 'GenerateDataKey'],
} as const;

const secrets = Secrets.prepare();

/** Alter an attribute of the stored item. */
async function alter(attribute: string, S: string): Promise<void> {
  const { dynamodb } = secrets.test_.clients();
  const TableName = 'credential-store';
  const Key = { name: { S: 'foo' }, version: { S: padVersion(1) } };
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName, Key }));
  const command = new PutItemCommand({ TableName, Item: { ...Item, [attribute]: { S } } });
  await dynamodb.send(command);
}

test('every method of Credstash is called by these tests', () => {
  expect(Object.keys(CALLS).sort()).toEqual([...COMMENTS.keys()].sort());
});

test.each(Object.keys(CALLS))('the doc comment of Credstash.%s has an @example', (method) => {
  expect(COMMENTS.get(method)).toMatch(/@example\n \s*\* [^]*credstash\.\w+\(/);
});

test.each(Object.keys(CALLS))(
  'Credstash.%s rejects only with codes that its doc comment lists',
  async (method) => {
    const once = { ...secrets.test_.target, maxAttempts: 1 };
    const unreachable = { ...once, endpoint: 'http://127.0.0.1:1' };
    const connect = (config: typeof once) =>
      secrets.connect({
        dynamodb: new DynamoDBClient(config),
        kms: new KMSClient(config),
        cache: {},
      });
    const documented = COMMENTS.get(method) ?? '';
    const codes = new Set<string>();
    const attempt = async (credstash: Credstash) => {
      const code = await CALLS[method]?.(credstash).then(
        () => undefined,
        (error: unknown) => (error as { code?: string }).code,
      );
      if (code !== undefined) codes.add(code);
    };

    for (const service of ['dynamodb', 'kms'] as const) {
      for (const action of ACTIONS[service]) {
        for (const error of ERRORS[service]) {
          await secrets.credstash.put('foo', 'value', { version: 1 }).catch(() => undefined);
          secrets.test_.aws.inject({ action: `${service}:${action}`, error });
          await attempt(connect(once));
          secrets.test_.aws.clearFaults();
        }
      }
    }
    for (const [attribute, value] of [
      ['hmac', 'ab'],
      ['digest', 'NOPE'],
    ] as const) {
      await secrets.credstash.delete('foo');
      await secrets.credstash.put('foo', 'value');
      await alter(attribute, value);
      await attempt(connect(once));
    }
    await attempt(connect(unreachable));
    await attempt(connect({ ...once, region: 'eu-west-1' }));

    expect([...codes].filter((code) => !documented.includes(code))).toEqual([]);
    expect(codes.size).toBeGreaterThan(0);
    const isOfEach = [...codes].every((code) => code.startsWith('ERR_BULK_'));
    if (!isOfEach) expect(codes).toContain('ERR_UNREACHABLE');
  },
);
