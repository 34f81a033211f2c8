import {
  CreateTableCommand,
  PutItemCommand,
  waitUntilTableExists,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { ListKeysCommand } from '@aws-sdk/client-kms';

import { runCli, type Outcome } from '../../demo/cli';
import { padVersion } from '../../runtime/src/format/version.js';
import {
  Credstash,
  DynamoDbStore,
  KmsKeyService,
  type CredstashOptions,
} from '../../runtime/src/index.js';
import { Envelope } from '../../runtime/src/operations/envelope.js';
import { TestAws } from '../../testbed/test-aws';

/**
 * What a run came to. `held`: what was asked for, or a clear error, with nothing lost. `lost`: what was
 * there, or was said to be stored, is not there. `doubled`: there is more than was asked for. `silent`:
 * success was said, and the state or the output is not that. `unclear`: the error does not tell what is so.
 */
export type Verdict = 'held' | 'lost' | 'doubled' | 'silent' | 'unclear';

/** A command, as it is run under faults. */
export interface Verb {
  readonly args: (id: string) => readonly string[];
  /** The calls that it makes one after the other, at most, each with a deadline of its own. */
  readonly depth: number;
  /** Whether it needs an AWS of its own, where there is nothing. */
  readonly isAlone?: boolean;
  readonly prepare?: (test_: TestAws, id: string) => Promise<unknown>;
  readonly judge: (run: Run) => Promise<Verdict> | Verdict;
}

export interface Run extends Outcome {
  readonly test_: TestAws;
  readonly id: string;
}

const OTHER = 'other';

/** An AWS that all commands share that need none of their own. */
export async function sharedAws(): Promise<TestAws> {
  const test_ = await TestAws.start({ compartments: ['reads'] });
  await connect(test_, { compartment: 'reads' }).putAll(Object.fromEntries(READS));
  return test_;
}

function connect(test_: TestAws, options: CredstashOptions = {}): Credstash {
  return new Credstash({ ...test_.clients(), ...options });
}

/** Whether to do all of it, and not just what shows most faults in a minute. */
export const ALL = process.env.FAULTS === 'all';

const PUTS = ALL ? 100 : 40;
const GETS = ALL ? 200 : 40;
const READS = Array.from({ length: GETS }, (_, i): [string, string] => [`app/s${i}`, `value ${i}`]);
const MANY = Array.from({ length: PUTS }, (_, i) => `s${String(i).padStart(3, '0')}`);
const READER = ['--compartment', 'reads'];
const PRINT = 'process.stdout.write(JSON.stringify(process.env.APP_S7 ?? null))';

/** The commands of a few calls come first. */
export const VERBS: Readonly<Record<string, Verb>> = {
  get: {
    args: () => [...READER, 'get', 'app/s7'],
    depth: 2,
    judge: ({ exitCode, stdout, stderr }) =>
      exitCode === 0 ? ifTrue(stdout === 'value 7\n') : clear(stderr, stdout === ''),
  },
  put: {
    args: (id) => ['put', id, 'new'],
    depth: 4,
    judge: (run) => judgeWrite(run, 0),
  },
  'put -a': {
    args: (id) => ['put', '-a', id, 'new'],
    depth: 6,
    prepare: async (test_, id) => {
      for (const version of [1, 2]) await connect(test_).put(id, `old ${version}`, { version });
    },
    judge: (run) => judgeWrite(run, 2),
  },
  list: {
    args: () => [...READER, 'list'],
    depth: 1,
    judge: ({ exitCode, stdout, stderr }) =>
      exitCode === 0
        ? ifTrue(stdout.trim().split('\n').length === READS.length)
        : clear(stderr, stdout === ''),
  },
  delete: {
    args: (id) => ['delete', id],
    depth: 7,
    prepare: async (test_, id) => {
      const credstash = connect(test_);
      for (let version = 1; version <= 5; version++) await credstash.put(id, 'v', { version });
      await credstash.put(`${id}/${OTHER}`, 'v');
    },
    judge: async ({ exitCode, stderr, test_, id }) => {
      const credstash = connect(test_);
      if ((await credstash.versions(`${id}/${OTHER}`)).length !== 1) return 'lost';
      const left = await credstash.versions(id);
      if (exitCode === 0) return ifTrue(left.length === 0);
      return clear(
        stderr,
        left.every((version, i) => version === padVersion(5 - i)),
      );
    },
  },
  exec: {
    args: () => [...READER, 'exec', 'app/s7', 'app/s8*', '--', process.execPath, '-e', PRINT],
    depth: 3,
    judge: ({ exitCode, stdout, stderr }) =>
      exitCode === 0 ? ifTrue(stdout === '"value 7"') : clear(stderr, stdout === ''),
  },
  'migrate-versions': {
    args: (id) => ['-t', id, 'migrate-versions', '--apply'],
    depth: 13,
    prepare: putUnpadded,
    judge: judgeMigration,
  },
  setup: {
    args: () => ['setup', '--compartment', 'prod'],
    depth: 40,
    isAlone: true,
    judge: judgeSetup,
  },
  [`getall ${GETS}`]: {
    args: () => [...READER, 'getall'],
    depth: 15,
    judge: ({ exitCode, stdout, stderr }) => {
      const read = stdout === '' ? {} : (JSON.parse(stdout) as Record<string, string>);
      const isRight = READS.every(([name, value]) => read[name] === value || !(name in read));
      if (!isRight) return 'silent';
      const missing = READS.filter(([name]) => !(name in read));
      if (exitCode === 0) return ifTrue(missing.length === 0);
      const isNamed = missing.every(([name]) => stderr.includes(`${name}: `));
      return clear(stderr, isNamed || stdout === '');
    },
  },
  [`putall ${PUTS}`]: {
    args: (id) => ['putall', JSON.stringify(Object.fromEntries(MANY.map((s) => [id + s, s])))],
    depth: 28,
    judge: async (run) => {
      const each = MANY.map((s) => judgeWrite({ ...run, id: run.id + s }, 0, s, true));
      return worst(await Promise.all(each));
    },
  },
};

/** The first of them that is not 'held'. */
function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.find((verdict) => verdict !== 'held') ?? 'held';
}

function ifTrue(isRight: boolean): Verdict {
  return isRight ? 'held' : 'silent';
}

/** After an exit code other than 0: the error is in words, and the state agrees with them. */
function clear(stderr: string, isTrue: boolean): Verdict {
  return isTrue && /\w/.test(stderr) && !/^ +at |TypeError|undefined/m.test(stderr)
    ? 'held'
    : 'unclear';
}

/** Judge a put that found so many versions. */
async function judgeWrite(
  { exitCode, stderr, test_, id }: Run,
  before: number,
  value = 'new',
  isOneOfMany = false,
): Promise<Verdict> {
  const credstash = connect(test_);
  const versions = await credstash.versions(id);
  if (versions.length < before) return 'lost';
  if (versions.length > before + 1) return 'doubled';
  const isStored = versions.length === before + 1;
  if (isStored && (await credstash.get(id)) !== value) return 'silent';
  const line = isOneOfMany ? stderr.split('\n').find((each) => each.startsWith(`${id}: `)) : stderr;
  if (exitCode === 0) return ifTrue(isStored);
  const unbegun = /Not stored: (.*)\.$/m.exec(stderr)?.[1]?.split(', ') ?? [];
  if (isOneOfMany && unbegun.includes(id)) return isStored ? 'unclear' : 'held';
  if (isOneOfMany && line === undefined) return isStored ? 'held' : 'lost';
  return clear(line ?? '', !isStored || /may be stored/.test(line ?? ''));
}

const UNPADDED = ['1', '2', '30'];

/** A table of versions as old clients stored them. */
async function putUnpadded(test_: TestAws, id: string): Promise<void> {
  const { dynamodb, kms } = test_.clients();
  await createTable(dynamodb, id);
  const envelope = new Envelope(new KmsKeyService(kms, 'alias/credstash', undefined));
  for (const version of UNPADDED) {
    const plaintext = { name: id, value: Buffer.from(version), context: {}, digest: 'SHA256' };
    const sealed = await envelope.seal(
      { ...plaintext, comment: undefined } as never,
      version,
      undefined,
    );
    const strings = Object.entries(sealed) as [string, string | undefined][];
    const attributes = strings.flatMap(([name, S]) => (S === undefined ? [] : [[name, { S }]]));
    const Item = Object.fromEntries(attributes) as Record<string, { S: string }>;
    await dynamodb.send(new PutItemCommand({ TableName: id, Item }));
  }
}

async function createTable(dynamodb: DynamoDBClient, TableName: string): Promise<void> {
  const command = new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'name', AttributeType: 'S' },
      { AttributeName: 'version', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'name', KeyType: 'HASH' },
      { AttributeName: 'version', KeyType: 'RANGE' },
    ],
  });
  await dynamodb.send(command);
  await waitUntilTableExists({ client: dynamodb, maxWaitTime: 10, minDelay: 1 }, { TableName });
}

async function judgeMigration({ exitCode, stderr, test_, id }: Run): Promise<Verdict> {
  const store = new DynamoDbStore(test_.clients().dynamodb, id);
  const credstash = connect(test_, { table: id });
  const verdicts = UNPADDED.map(async (version): Promise<Verdict> => {
    const [old, moved] = [await store.get(id, version), await store.get(id, padVersion(version))];
    const item = moved ?? old;
    if (!item || (await credstash.get(id, { version })) !== version) return 'lost';
    if (exitCode === 0) return old ? (moved ? 'doubled' : 'silent') : 'held';
    return clear(stderr, true);
  });
  return worst(await Promise.all(verdicts));
}

async function judgeSetup({ exitCode, stdout, stderr, test_ }: Run): Promise<Verdict> {
  const again = await runCli(['setup', '--compartment', 'prod'], await test_.env());
  const { Keys = [] } = await test_.clients().kms.send(new ListKeysCommand());
  if (again.exitCode !== 0) return 'unclear';
  if (Keys.length > 1) return 'doubled';
  if (exitCode !== 0) return clear(stderr, true);
  return ifTrue(/Ready/.test(stdout) && /Nothing to do/.test(again.stdout));
}
