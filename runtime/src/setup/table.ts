import { isDeepStrictEqual } from 'node:util';

import type { TableDescription, Tag } from '@aws-sdk/client-dynamodb';

import { isAnswer } from '../aws/call.js';
import { CredstashError } from '../errors.js';
import { changeOfExisting, type Change, type Shortfall } from './change.js';
import { arnOf } from './clients.js';
import { poll, unless } from './patience.js';
import type { TableProperties } from './resources.js';
import { step, type Run, type Tags } from './run.js';
import { tableDeviations } from './table-trust.js';
import { awsTags, tagNotes, tagShortfalls, tagsOf } from './tags.js';
import { adopted } from './trust.js';

/** A table younger than this may be of a run that is still at work. */
const RECENT_MS = 60_000;

export interface TableChange extends Change {
  /** Whether another run may be making the same compartment. */
  readonly othersAtWork: boolean;
  /** @returns the same, if it was not known before */
  readonly apply?: () => Promise<boolean | undefined>;
}

/**
 * Plan the change of the table.
 *
 * @throws ERR_TABLE_UNSUITABLE if the table that exists can't hold secrets; ERR_UNTRUSTED
 */
export async function planTable(run: Run, wanted: TableProperties): Promise<TableChange> {
  const table = await describeTable(run, wanted.TableName);
  const isRecent = Date.now() - Number(table?.CreationDateTime ?? 0) < RECENT_MS;
  // While a table is being created, nothing else can be asked of it.
  if (table && table.TableStatus !== 'CREATING') {
    return { ...(await planExisting(run, wanted, table)), othersAtWork: isRecent };
  }
  const apply = async () => {
    const othersAtWork = table ? isRecent : !(await createTable(run, wanted));
    const active = await waitUntilActive(run, wanted.TableName);
    await (await planExisting(run, wanted, active)).apply?.();
    return othersAtWork;
  };
  const planned = { resource: label(wanted), othersAtWork: isRecent, apply };
  return table
    ? { action: 'update', notes: ['wait until it is made'], ...planned }
    : { action: 'create', notes: tagNotes(run.tags), ...planned };
}

async function describeTable(run: Run, TableName: string): Promise<TableDescription | undefined> {
  const answer = run.dynamodb.describeTable({ TableName });
  const found = await unless('ResourceNotFoundException', answer);
  return found && (found.Table ?? {});
}

/** @returns whether it was this run that created the table */
async function createTable(run: Run, wanted: TableProperties): Promise<boolean> {
  const { Replicas, ...table } = wanted;
  const [{ DeletionProtectionEnabled }] = Replicas;
  const input = { ...table, DeletionProtectionEnabled, Tags: awsTags(run.tags) };
  try {
    // The words are those of Python credstash.
    await step(run, 'Creating table...', label(wanted), () => run.dynamodb.createTable(input));
    return true;
  } catch (error) {
    if (isAnswer(error, 'ResourceInUseException')) return false;
    throw error;
  }
}

async function waitUntilActive(run: Run, TableName: string): Promise<TableDescription> {
  run.tell('Waiting for table to be created...');
  const look = async () => {
    const table = await describeTable(run, TableName);
    return table?.TableStatus === 'ACTIVE' ? table : undefined;
  };
  const table = await poll(look, run.patience, run.patience.tableMs);
  if (!table) throw unsuitable(run, TableName, 'it is not active yet. Run this again later');
  return table;
}

async function planExisting(run: Run, wanted: TableProperties, table: TableDescription) {
  checkFit(run, wanted, table);
  const { TableName } = wanted;
  const ResourceArn = arnOf(run, 'dynamodb', `table/${TableName}`);
  const found = await tableDeviations(run, wanted, table);
  const deviations = adopted(run, label(wanted), ResourceArn, found);
  const [replica] = wanted.Replicas;
  const { DeletionProtectionEnabled, PointInTimeRecoverySpecification } = replica;
  const { PointInTimeRecoveryEnabled } = PointInTimeRecoverySpecification;
  const shortfalls: Shortfall[] = [];
  const turnOn = (setting: string, change: () => Promise<unknown>) => {
    const made = `${setting} of the ${label(wanted)}`;
    const mend = () => step(run, `Turning ${setting} on...`, made, change);
    shortfalls.push({ note: `turn ${setting} on`, mend });
  };
  if (PointInTimeRecoveryEnabled && !(await isRecoverable(run, TableName))) {
    turnOn('point-in-time recovery', () =>
      run.dynamodb.updateContinuousBackups({ TableName, PointInTimeRecoverySpecification }),
    );
  }
  if (DeletionProtectionEnabled && !table.DeletionProtectionEnabled) {
    turnOn('deletion protection', () =>
      run.dynamodb.updateTable({ TableName, DeletionProtectionEnabled }),
    );
  }
  const list = () => tableTags(run, ResourceArn);
  const add = (tags: Tags) => run.dynamodb.tagResource({ ResourceArn, Tags: awsTags(tags) });
  shortfalls.push(...(await tagShortfalls(run, label(wanted), list, add)));
  return changeOfExisting(label(wanted), shortfalls, deviations);
}

function label({ TableName }: TableProperties): string {
  return `table ${TableName}`;
}

function checkFit(run: Run, wanted: TableProperties, table: TableDescription): void {
  if (!isDeepStrictEqual(primaryKey(table), primaryKey(wanted))) {
    throw unsuitable(
      run,
      wanted.TableName,
      'its primary key is not name and version, two strings. Choose another name for the table',
    );
  }
  const { TableStatus = '' } = table;
  if (!['ACTIVE', 'UPDATING'].includes(TableStatus)) {
    throw unsuitable(run, wanted.TableName, `it is ${TableStatus}. Run this again when it is not`);
  }
}

function primaryKey({ KeySchema, AttributeDefinitions }: TableDescription | TableProperties) {
  const types = new Map(
    AttributeDefinitions?.map((each) => [each.AttributeName, each.AttributeType]),
  );
  return KeySchema?.map(({ AttributeName, KeyType }) => [
    AttributeName,
    KeyType,
    types.get(AttributeName),
  ]);
}

function unsuitable({ region }: Run, TableName: string, reason: string): CredstashError {
  const message = `The table ${TableName} in ${region} can't hold secrets: ${reason}.`;
  return new CredstashError('ERR_TABLE_UNSUITABLE', message);
}

async function isRecoverable(run: Run, TableName: string): Promise<boolean> {
  const answer = await run.dynamodb.describeContinuousBackups({ TableName });
  const { PointInTimeRecoveryDescription } = answer.ContinuousBackupsDescription ?? {};
  return PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED';
}

async function tableTags(run: Run, ResourceArn: string): Promise<Tags> {
  const tags: Tag[] = [];
  let NextToken: string | undefined;
  do {
    const page = await run.dynamodb.listTagsOfResource({ ResourceArn, NextToken });
    tags.push(...(page.Tags ?? []));
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  return tagsOf(tags);
}
