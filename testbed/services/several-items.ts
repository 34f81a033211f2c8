import { ServiceError, type Call, type Input } from '../service';
import { isConditionFailure, keyOf, type Attributes, type Engine } from './dynalite-engine';
import { tableOf, type TableRef } from './table';

/** One of the items that a call is about. */
export interface ItemCall {
  /** The action that must be allowed. */
  readonly action: string;
  readonly table: TableRef;
  readonly input: Input;
}

/** The actions of a batch, which are the batch's own, one for each table. */
export function batchItems(call: Call): ItemCall[] {
  const tables = Object.entries(call.input.RequestItems as Record<string, unknown>);
  return tables.map(([named, request]) => {
    const table = tableOf(call, named);
    if (call.action === 'BatchGetItem')
      return { action: call.action, table, input: request as Input };
    const writes = request as { PutRequest?: Input; DeleteRequest?: Input }[];
    const Items = writes.map(
      ({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key,
    );
    return { action: call.action, table, input: { Items } };
  });
}

/** The actions of a transaction, which are those of its items. */
export function transactionItems(call: Call): ItemCall[] {
  const items = call.input.TransactItems as Record<string, Input>[];
  return items.map((item) => {
    const [[kind, input]] = Object.entries(item) as [[string, Input]];
    const action = kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`;
    return { action, table: tableOf(call, String(input.TableName)), input };
  });
}

/** Read all items while none is written. */
export async function transactGet(engine: Engine, items: readonly ItemCall[]) {
  const Responses: { Item?: Attributes }[] = [];
  for (const { table, input } of items) {
    const { Item } = await engine.call('GetItem', { ...input, TableName: table.name });
    Responses.push(Item ? { Item } : {});
  }
  return { Responses };
}

/** Write all items or, if the condition of one fails, none. */
export async function transactWrite(engine: Engine, items: readonly ItemCall[]) {
  const undo: (() => Promise<unknown>)[] = [];
  for (const [index, { action, table, input }] of items.entries()) {
    const TableName = table.name;
    const Key = keyOf(input);
    const Item = await engine.row(TableName, Key);
    try {
      await engine.call(...write(action, { ...input, TableName }, Item));
    } catch (error) {
      for (const each of undo.reverse()) await each();
      throw isConditionFailure(error) ? cancelled(items.length, index, error) : error;
    }
    undo.push(() =>
      Item
        ? engine.call('PutItem', { TableName, Item })
        : engine.call('DeleteItem', { TableName, Key }),
    );
  }
  return {};
}

/** dynalite checks a condition only when it writes: so write what is there, or delete what isn't. */
function write(action: string, input: Input, Item: Attributes | undefined): [string, Input] {
  if (action !== 'ConditionCheckItem') return [action, input];
  const { Key, ...condition } = input;
  return Item ? ['PutItem', { ...condition, Item }] : ['DeleteItem', { ...condition, Key }];
}

function cancelled(
  count: number,
  failed: number,
  { message, details }: ServiceError,
): ServiceError {
  const CancellationReasons = Array.from({ length: count }, (_, index) =>
    index === failed
      ? { Code: 'ConditionalCheckFailed', Message: message, ...details }
      : { Code: 'None' },
  );
  const codes = CancellationReasons.map(({ Code }) => Code).join(', ');
  return new ServiceError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    400,
    { CancellationReasons },
  );
}
