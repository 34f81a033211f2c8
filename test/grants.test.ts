import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { cliCommand } from '../demo/cli';
import { Compartment } from '../lib';
import { Credstash } from '../runtime/src/index.js';
import { role, standardCompartment, startSynthesized } from '../testbed/synthesized-aws';
import type { TestAws } from '../testbed/test-aws';

const TABLE = { TableName: 'credential-store' };
const APP = { names: ['app/*'], context: { env: 'prod' } };
const ODD = { who: '${aws:username}' };
const IN_PROD = { context: { env: 'prod' } };

let test_: TestAws;

beforeAll(async () => {
  test_ = await startSynthesized((stack) => {
    const compartment = standardCompartment(stack);
    compartment.grantRead(role(stack, 'granted-reader'));
    compartment.grantWrite(role(stack, 'granted-writer'));
    compartment.grantRead(role(stack, 'app-reader'), APP);
    compartment.grantWrite(role(stack, 'app-writer'), APP);
    compartment.grantRead(role(stack, 'env-reader'), { context: { env: 'prod' } });
    compartment.grantRead(role(stack, 'odd-reader'), {
      names: ['a?c${d/*'],
      context: { who: '${aws:username}' },
    });
    new Compartment(stack, 'Prod', { compartmentName: 'prod' });
  });
  const admin = new Credstash(test_.clients());
  await admin.put('app/secret', 'mine', IN_PROD);
  await admin.put('app/plain', 'mine');
  await admin.put('other/secret', 'not mine', IN_PROD);
  for (const name of ['a?c${d/secret', 'aXc${d/secret', 'a?cd/secret']) {
    await admin.put(name, 'v', { context: ODD });
  }
});

afterAll(() => test_.aws.stop());

async function as(name: string, compartment?: string): Promise<Credstash> {
  return new Credstash({ ...(await test_.clientsOf(name)), compartment });
}

async function expectDenied(attempt: Promise<unknown>, action: string) {
  await expect(attempt).rejects.toMatchObject({
    message: expect.stringMatching(new RegExp(`not authorized to perform: ${action} `)),
  });
}

describe.each(['reader', 'granted-reader'])('the role %s', (name) => {
  test('can get, getAll, list and read versions', async () => {
    const reader = await as(name);
    expect(await reader.get('app/secret', IN_PROD)).toBe('mine');
    expect(await reader.get('app/plain', { version: 1 })).toBe('mine');
    expect((await reader.list()).length).toBeGreaterThan(3);
    expect((await reader.getAll({ ...IN_PROD, onFailure: 'skip' })).size).toBe(2);
    expect(await reader.versions('app/secret')).toHaveLength(1);
  });

  test("can't put or delete", async () => {
    const reader = await as(name);
    await expectDenied(reader.put('new', 'v'), 'kms:GenerateDataKey');
    await expectDenied(reader.put('app/secret', 'v', { autoVersion: true }), 'kms:GenerateDataKey');
    await expectDenied(reader.delete('app/secret'), 'dynamodb:DeleteItem');
    const { dynamodb } = await test_.clientsOf(name);
    const Item = { name: { S: 'new' }, version: { S: '1' } };
    await expectDenied(dynamodb.send(new PutItemCommand({ ...TABLE, Item })), 'dynamodb:PutItem');
  });

  test("can't read or list another compartment", async () => {
    const reader = await as(name, 'prod');
    await expectDenied(reader.get('app/secret'), 'dynamodb:Query');
    await expectDenied(reader.list(), 'dynamodb:Scan');
  });
});

describe.each(['writer', 'granted-writer'])('the role %s', (name) => {
  test('can put, and put the next version, but not overwrite one', async () => {
    const writer = await as(name);
    await writer.put(`by-${name}`, 'v', IN_PROD);
    await writer.put(`by-${name}`, 'v', { autoVersion: true });
    expect(await writer.versions(`by-${name}`)).toHaveLength(2);
    await expect(writer.put(`by-${name}`, 'v')).rejects.toMatchObject({
      code: 'ERR_VERSION_EXISTS',
    });
  });

  test("can't read a value by any call, list or delete", async () => {
    const writer = await as(name);
    await expectDenied(writer.get('app/secret', IN_PROD), 'dynamodb:Query');
    await expectDenied(writer.get('app/secret', { version: 1 }), 'dynamodb:GetItem');
    await expectDenied(writer.getAll(), 'dynamodb:Scan');
    await expectDenied(writer.list(), 'dynamodb:Scan');
    await expectDenied(writer.delete('app/secret'), 'dynamodb:DeleteItem');
    const { dynamodb, kms: keys } = await test_.clientsOf(name);
    await expectDenied(query(dynamodb, 'app/secret', '#n, contents'), 'dynamodb:Query');
    await expectDenied(returnedOldValue(dynamodb), 'dynamodb:PutItem');
    const reader = new Credstash({ ...test_.clients(), kms: keys });
    await expectDenied(reader.get('app/secret', IN_PROD), 'kms:Decrypt');
  });
});

describe('grantRead with names and a context', () => {
  test('allows get of a name and context in scope', async () => {
    const reader = await as('app-reader');
    expect(await reader.get('app/secret', IN_PROD)).toBe('mine');
    expect(await reader.get('app/secret', { ...IN_PROD, version: 1 })).toBe('mine');
  });

  test('denies other names at the table, and other contexts at the key', async () => {
    const reader = await as('app-reader');
    await expectDenied(reader.get('other/secret', IN_PROD), 'dynamodb:Query');
    await expectDenied(reader.get('other/secret', { version: 1 }), 'dynamodb:GetItem');
    await expectDenied(reader.get('app/plain'), 'kms:Decrypt');
  });

  test('allows reading many names at once, by one Query and one Decrypt for each, and their history', async () => {
    await new Credstash(test_.clients()).put('app/second', 'two', IN_PROD);
    const reader = await as('app-reader');
    test_.takeCalls();
    const names = ['app/secret', 'app/second'];
    expect([...(await reader.getAll({ names, ...IN_PROD })).values()]).toEqual(['two', 'mine']);
    const one = ['dynamodb:Query', 'kms:Decrypt'];
    expect(test_.takeCalls().sort()).toEqual([...one, ...one].sort());
    expect(await reader.history('app/second')).toHaveLength(1);
    expect(await reader.versions('app/second')).toHaveLength(1);
    expect(test_.takeCalls()).toEqual(['dynamodb:Query', 'dynamodb:Query']);
  });

  test('allows exec with many names', async () => {
    const env = { PATH: process.env.PATH, ...(await test_.env('app-reader')) };
    const args = ['exec', 'app/secret', 'app/plain2', '--context', 'env=prod', '--', 'env'];
    await new Credstash(test_.clients()).put('app/plain2', 'three', IN_PROD);
    const { stdout } = await promisify(execFile)(...cliCommand(...args), { env });
    expect(stdout).toMatch(/^APP_SECRET=mine$/m);
    expect(stdout).toMatch(/^APP_PLAIN2=three$/m);
  });

  test('denies list, getAll and Scan', async () => {
    const reader = await as('app-reader');
    await expectDenied(reader.list(), 'dynamodb:Scan');
    await expectDenied(reader.getAll(IN_PROD), 'dynamodb:Scan');
    const { dynamodb } = await test_.clientsOf('app-reader');
    await expectDenied(dynamodb.send(new ScanCommand(TABLE)), 'dynamodb:Scan');
  });

  test('limits the table and the key each on its own', async () => {
    const [whole, admin] = [await test_.clientsOf('app-reader'), test_.clients()];
    const tableHalf = new Credstash({ dynamodb: whole.dynamodb, kms: admin.kms });
    await expectDenied(tableHalf.get('other/secret', IN_PROD), 'dynamodb:Query');
    const keyHalf = new Credstash({ dynamodb: admin.dynamodb, kms: whole.kms });
    await expectDenied(keyHalf.get('app/plain'), 'kms:Decrypt');
  });
});

describe('grantWrite with names and a context', () => {
  test('allows put, and put of the next version, in scope', async () => {
    const writer = await as('app-writer');
    await writer.put('app/new', 'v', IN_PROD);
    await writer.put('app/new', 'v', { ...IN_PROD, autoVersion: true });
  });

  test('denies put of another name or another context', async () => {
    const writer = await as('app-writer');
    await expectDenied(writer.put('other/new', 'v', IN_PROD), 'dynamodb:PutItem');
    await expectDenied(
      writer.put('other/new', 'v', { ...IN_PROD, autoVersion: true }),
      'dynamodb:Query',
    );
    await expectDenied(writer.put('app/new', 'v'), 'kms:GenerateDataKey');
  });
});

test('grantRead with only a context allows get of any name with that context, and denies list', async () => {
  const reader = await as('env-reader');
  expect(await reader.get('other/secret', IN_PROD)).toBe('not mine');
  await expectDenied(reader.get('app/plain'), 'kms:Decrypt');
  await expectDenied(reader.list(), 'dynamodb:Scan');
});

test('grantRead escapes characters that are special to IAM in names and a context', async () => {
  const reader = await as('odd-reader');
  expect(await reader.get('a?c${d/secret', { context: ODD })).toBe('v');
  await expectDenied(reader.get('aXc${d/secret', { context: ODD }), 'dynamodb:Query');
  await expectDenied(reader.get('a?cd/secret', { context: ODD }), 'dynamodb:Query');
  const stack = new Stack();
  new Compartment(stack, 'Compartment').grantRead(role(stack, 'r'), {
    names: ['${aws:username}/*'],
    context: ODD,
  });
  const template = JSON.stringify(Template.fromStack(stack).toJSON());
  expect(template).toContain('"${$}{aws:username}/*"');
  expect(template).toContain('"kms:EncryptionContext:who":"${$}{aws:username}"');
});

function query(dynamodb: DynamoDBClient, name: string, projection: string) {
  return dynamodb.send(
    new QueryCommand({
      ...TABLE,
      KeyConditionExpression: '#n = :n',
      ProjectionExpression: projection,
      ExpressionAttributeNames: { '#n': 'name' },
      ExpressionAttributeValues: { ':n': { S: name } },
      Select: 'SPECIFIC_ATTRIBUTES',
    }),
  );
}

function returnedOldValue(dynamodb: DynamoDBClient) {
  const Item = { name: { S: 'app/secret' }, version: { S: '0000000000000000001' } };
  return dynamodb.send(new PutItemCommand({ ...TABLE, Item, ReturnValues: 'ALL_OLD' }));
}

test('a denied PutItem leaves the stored version in place', async () => {
  const { dynamodb } = test_.clients();
  const Key = { name: { S: 'app/secret' }, version: { S: '0000000000000000001' } };
  const { Item } = await dynamodb.send(new GetItemCommand({ ...TABLE, Key }));
  expect(Item?.contents?.S).toBeTruthy();
});
