import { randomUUID } from 'node:crypto';

import { DeleteItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { ask, classOf, type Answer, type Client, type Request } from '../clients';
import { createTable, dynamodb } from '../peers';
import { CASES, type Case } from './cases';
import { answerAll } from './driver';

/** What came of each case: `yes`; `–` if a client has no way to do it; else what happened instead. */
export type Outcomes = readonly string[];

type Side = (requests: readonly Request[]) => Promise<readonly Answer[]>;

/** Have a client write and this one read, and the other way round. */
export async function runBoth(client: Client): Promise<{ writes: Outcomes; reads: Outcomes }> {
  const [theirs, ours] = [await createTable(randomUUID()), await createTable(randomUUID())];
  const them =
    (table: string): Side =>
    (requests) =>
      ask(client, table, requests);
  const us =
    (table: string): Side =>
    (requests) =>
      answerAll(table, requests);
  return {
    writes: await run(theirs, them(theirs), us(theirs)),
    reads: await run(ours, us(ours), them(ours)),
  };
}

/** Have one write all cases, and the other read them. */
async function run(table: string, writer: Side, reader: Side): Promise<Outcomes> {
  const earlier = CASES.filter(({ next }) => next);
  await reader(
    earlier.map(({ what }) => put(what, { value: Buffer.from('earlier'), version: '9' })),
  );
  const written = await writer(CASES.map(({ what, ...rest }) => put(what, rest)));
  for (const { what } of CASES.filter(({ unpadded }) => unpadded)) await unpad(table, what);
  const read = await reader(
    CASES.map(({ what, asked, context, wrong = context }) => ({
      name: what,
      version: asked,
      next: false,
      context: wrong,
    })),
  );
  return CASES.map((each, index) => outcome(each, written[index] ?? {}, read[index] ?? {}));
}

function put(name: string, { value, version, next = false, digest, context = {} }: Partial<Case>) {
  return { name, value: value?.toString('hex'), version, next, digest, context };
}

function outcome({ value, wrong }: Case, written: Answer, read: Answer): string {
  if (written.lacks !== undefined || read.lacks !== undefined) return '–';
  if (written.error !== undefined) return `did not write: ${written.error}`;
  if (wrong && classOf(read) === 'context') return 'yes';
  if (read.error !== undefined) return `did not read: ${read.error}`;
  if (wrong) return 'read with another context';
  return read.value === value.toString('hex') ? 'yes' : 'read another value';
}

/** Store an item under the same version, unpadded. */
async function unpad(TableName: string, name: string): Promise<void> {
  const { Items: [item] = [] } = await dynamodb.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: '#name = :name',
      ExpressionAttributeNames: { '#name': 'name' },
      ExpressionAttributeValues: { ':name': { S: name } },
    }),
  );
  if (!item?.name || !item.version?.S) return;
  const version = { S: item.version.S.replace(/^0+/, '') };
  await dynamodb.send(new PutItemCommand({ TableName, Item: { ...item, version } }));
  const Key = { name: item.name, version: item.version };
  await dynamodb.send(new DeleteItemCommand({ TableName, Key }));
}
