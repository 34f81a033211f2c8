import { ServiceError, text, type Call, type Input, type Operation } from '../service';
import { Engine } from './dynalite-engine';
import { itemContext } from './item-context';
import { partiql } from './partiql';
import {
  batchItems,
  transactGet,
  transactionItems,
  transactWrite,
  type ItemCall,
} from './several-items';
import { TableSettings } from './table-settings';
import { tableOf, type TableRef } from './table';

/** DynamoDB: one dynalite for each account and region, and what each call must be allowed. */
export class DynamoDb {
  /** How long it takes to make a table, in milliseconds. */
  createTableMs = 0;
  private readonly settings = new TableSettings();
  private readonly engines = new Map<string, Promise<Engine>>();

  readonly service = (call: Call): Operation => {
    switch (call.action) {
      case 'BatchGetItem':
      case 'BatchWriteItem':
        return this.onItems(call, batchItems(call), (engine) => this.batch(engine, call));
      case 'TransactGetItems': {
        const items = transactionItems(call);
        return this.onItems(call, items, (engine) => transactGet(engine, items));
      }
      case 'TransactWriteItems': {
        const items = transactionItems(call);
        return this.onItems(call, items, (engine) => transactWrite(engine, items));
      }
      case 'ExecuteStatement': {
        const { action, table, context } = partiql(call);
        const run = () => {
          throw new ServiceError('ValidationException', 'The embedded AWS runs no PartiQL');
        };
        return { also: [{ action, ...this.permission(table, context) }], run };
      }
      default:
        return this.onTable(call);
    }
  };

  async close(): Promise<void> {
    for (const engine of await Promise.all(this.engines.values())) engine.close();
  }

  private onTable(call: Call): Operation {
    const { action, input } = call;
    const table = tableOf(call, text(input, 'ResourceArn' in input ? 'ResourceArn' : 'TableName'));
    const permission = this.permission(table, itemContext(action, input));
    const answer = this.settings.answer(action, table.arn, input);
    if (answer) return { ...permission, run: answer };
    const run = async () => {
      const known = {
        ...input,
        TableName: table.name,
        DeletionProtectionEnabled: undefined,
        Tags: undefined,
      };
      const engine = await this.engine(table);
      const work = () => engine.call(action, known);
      const reply = await (isWrite(action) ? engine.write(work) : work());
      if (action === 'CreateTable') this.settings.create(table.arn, input, this.createTableMs);
      const description = () => this.settings.description(table.arn);
      if (reply.TableDescription) Object.assign(reply.TableDescription, description());
      if (reply.Table) Object.assign(reply.Table, description());
      return reply;
    };
    // Tags of a new table are a permission of their own.
    const also =
      action === 'CreateTable' && input.Tags ? [{ ...permission, action: 'TagResource' }] : [];
    return { ...permission, also, run };
  }

  /** A call on several items, which must be allowed for each, and is done while nothing is written. */
  private onItems(
    { action, region, caller }: Call,
    items: readonly ItemCall[],
    work: (engine: Engine) => Promise<unknown>,
  ): Operation {
    const enclosing = action.startsWith('Transact') ? action : undefined;
    const also = items.map((item) => ({
      action: item.action,
      ...this.permission(item.table, itemContext(item.action, item.input, enclosing)),
    }));
    const run = async () => {
      const account = items[0]?.table.account ?? caller.account;
      const engine = await this.engine({ account, region });
      return engine.alone(() => work(engine));
    };
    return { also, run };
  }

  private async batch(engine: Engine, call: Call) {
    const byName = ([named, request]: [string, unknown]) => [tableOf(call, named).name, request];
    const RequestItems = Object.fromEntries(
      Object.entries(call.input.RequestItems as object).map(byName),
    ) as Input;
    return engine.call(call.action, { ...call.input, RequestItems });
  }

  private permission(table: TableRef, context: ReturnType<typeof itemContext>) {
    return {
      access: { resource: table.arn, context },
      resourcePolicy: this.settings.resourcePolicy(table.arn),
      identitiesSuffice: true,
    };
  }

  private engine({ account, region }: Pick<TableRef, 'account' | 'region'>): Promise<Engine> {
    const place = `${account}/${region}`;
    const engine = this.engines.get(place) ?? Engine.start(this.createTableMs);
    this.engines.set(place, engine);
    return engine;
  }
}

function isWrite(action: string): boolean {
  return ['PutItem', 'UpdateItem', 'DeleteItem'].includes(action);
}
