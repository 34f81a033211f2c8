import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import dynalite from 'dynalite';

import { ServiceError, type Input } from '../service';
import { PARTITION_KEY, SORT_KEY } from './table';

export type Attributes = Readonly<Record<string, unknown>>;

/** What dynalite answers: an error, or a result, which may describe a table of its own account. */
export interface Reply {
  readonly __type?: string;
  readonly message?: string;
  readonly TableDescription?: object;
  readonly Table?: object;
  readonly Item?: Attributes;
}

/** A dynalite, and what it leaves out of its answers. */
export class Engine {
  private readonly writes = new Set<Promise<unknown>>();
  private transaction: Promise<unknown> = Promise.resolve();

  private constructor(private readonly server: ReturnType<typeof dynalite>) {}

  static async start(createTableMs: number): Promise<Engine> {
    const server = dynalite({ createTableMs, updateTableMs: 0, deleteTableMs: 0 });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Engine(server);
  }

  close(): void {
    this.server.close();
  }

  /** Write one item, beside others. */
  async write<T>(work: () => Promise<T>): Promise<T> {
    for (let waitedFor; waitedFor !== this.transaction;) {
      waitedFor = this.transaction;
      await waitedFor;
    }
    const result = work();
    const settled: Promise<unknown> = result.then(
      () => this.writes.delete(settled),
      () => this.writes.delete(settled),
    );
    this.writes.add(settled);
    return result;
  }

  /** Do something while nothing is written. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = Promise.all([this.transaction, ...this.writes]).then(work);
    this.transaction = result.catch(() => undefined);
    return result;
  }

  async call(action: string, input: Input): Promise<Reply> {
    checkSelect(input);
    try {
      return await this.send(action, input);
    } catch (error) {
      const isRowWanted = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
      if (!isRowWanted || !isConditionFailure(error)) throw error;
      const Item = await this.row(input.TableName, keyOf(input));
      throw new ServiceError(error.code, error.message, error.status, { Item });
    }
  }

  async row(TableName: unknown, Key: Attributes): Promise<Attributes | undefined> {
    return (await this.send('GetItem', { TableName, Key, ConsistentRead: true })).Item;
  }

  private async send(action: string, input: Input): Promise<Reply> {
    const { port } = this.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${action}`,
        'x-amz-date': 'unused',
        // dynalite wants a signature, and checks none: this server has.
        authorization:
          'AWS4-HMAC-SHA256 Credential=a/1/local/dynamodb/aws4_request, SignedHeaders=a, Signature=a',
      },
      body: JSON.stringify(input),
    });
    const body = (await response.json()) as Reply;
    const { __type = 'InternalServerError', message = '' } = body;
    if (!response.ok) throw new ServiceError(__type, message, response.status);
    return body;
  }
}

/** Refuse what dynalite would answer with all attributes. */
function checkSelect({ Select, IndexName, ProjectionExpression, AttributesToGet }: Input): void {
  const isNothingNamed = (ProjectionExpression ?? AttributesToGet) === undefined;
  const isRefused =
    (Select === 'SPECIFIC_ATTRIBUTES' && isNothingNamed) ||
    (Select === 'ALL_PROJECTED_ATTRIBUTES' && IndexName === undefined);
  if (isRefused) throw new ServiceError('ValidationException', `Select can't be ${Select}`);
}

/** The key of the item that a call is about. */
export function keyOf(input: Input): Attributes {
  const { [PARTITION_KEY]: name, [SORT_KEY]: version } = (input.Key ?? input.Item) as Attributes;
  return { [PARTITION_KEY]: name, [SORT_KEY]: version };
}

export function isConditionFailure(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.code.endsWith('ConditionalCheckFailedException');
}
