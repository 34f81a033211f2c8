import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import dynalite from 'dynalite';

import { ACCOUNT, ServiceError, text, type Call, type Input, type Operation } from '../service';
import { TableSettings } from './table-settings';

type Attributes = Record<string, unknown>;

/** What dynalite answers: an error, or a result, which may describe a table of its own account. */
interface Reply {
  readonly __type?: string;
  readonly message?: string;
  readonly TableDescription?: object;
  readonly Table?: object;
}

/** The partition key of every table that this project makes. */
const PARTITION_KEY = 'name';

/** DynamoDB: one dynalite for each region, and the condition keys of its calls. */
export class DynamoDb {
  /** How long it takes to make a table, in milliseconds. */
  createTableMs = 0;
  private readonly settings = new TableSettings();
  private readonly engines = new Map<string, Promise<ReturnType<typeof dynalite>>>();

  readonly service = (call: Call): Operation => {
    const { action, region, input } = call;
    const [, owner, table = ''] =
      /^(?:(arn:.*):table\/)?(.*)$/.exec(
        text(input, 'ResourceArn' in input ? 'ResourceArn' : 'TableName'),
      ) ?? [];
    if (owner !== undefined && `${owner}:table/${table}` !== tableArn(region, table)) {
      throw new ServiceError('AccessDeniedException', `No table of ${owner} here`);
    }
    const access = {
      resource: tableArn(region, table),
      context: {
        'dynamodb:leadingkeys': leadingKeys(action, input),
        'dynamodb:attributes': requestedAttributes(action, input),
        'dynamodb:select': action === 'Query' || action === 'Scan' ? [select(input)] : undefined,
        'dynamodb:returnvalues': one(input.ReturnValues),
      },
    };
    const answer = this.settings.answer(action, access.resource, input);
    if (answer) return { access, run: answer };
    const known = {
      ...input,
      TableName: table,
      DeletionProtectionEnabled: undefined,
      Tags: undefined,
    };
    const run = async () => {
      const reply = await this.forward(region, action, known);
      if (action === 'CreateTable') {
        this.settings.create(access.resource, input, this.createTableMs);
      }
      const description = () => this.settings.description(access.resource);
      if (reply.TableDescription) Object.assign(reply.TableDescription, description());
      if (reply.Table) Object.assign(reply.Table, description());
      return reply;
    };
    // Tags of a new table are a permission of their own.
    const also = action === 'CreateTable' && input.Tags ? [{ access, action: 'TagResource' }] : [];
    return { access, also, run };
  };

  async close(): Promise<void> {
    for (const engine of await Promise.all(this.engines.values())) {
      engine.close();
    }
  }

  private async forward(region: string, action: string, input: Input): Promise<Reply> {
    const { port } = (await this.engine(region)).address() as AddressInfo;
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

  private engine(region: string) {
    const known = this.engines.get(region);
    if (known) return known;
    const started = (async () => {
      const engine = dynalite({
        createTableMs: this.createTableMs,
        updateTableMs: 0,
        deleteTableMs: 0,
      });
      engine.listen(0, '127.0.0.1');
      await once(engine, 'listening');
      return engine;
    })();
    this.engines.set(region, started);
    return started;
  }
}

function tableArn(region: string, table: string): string {
  return `arn:aws:dynamodb:${region}:${ACCOUNT}:table/${table}`;
}

/** The partition keys in a request; a scan has none. */
function leadingKeys(action: string, input: Input): readonly string[] | undefined {
  if (action === 'Scan') return undefined;
  if (action === 'Query') return [queriedKey(input)];
  const key = (input.Key ?? input.Item) as Attributes | undefined;
  return key && [attributeText(key[PARTITION_KEY])];
}

function queriedKey(input: Input): string {
  const match = /^\s*(#?\w+)\s*=\s*(:\w+)/.exec(text(input, 'KeyConditionExpression'));
  const [, attribute = '', value = ''] = match ?? [];
  if (attributeName(attribute, input) !== PARTITION_KEY) {
    throw new ServiceError('ValidationException', 'The embedded AWS wants the name queried first');
  }
  return attributeText((input.ExpressionAttributeValues as Attributes | undefined)?.[value]);
}

/** Every attribute that a request names, in any of its expressions, or writes. */
function requestedAttributes(action: string, input: Input): readonly string[] | undefined {
  const names = new Set(Object.keys(input.Item ?? input.Key ?? {}));
  for (const parameter of Object.keys(input).filter((each) => each.endsWith('Expression'))) {
    const words = text(input, parameter).match(/[#:]?\w+/g) ?? [];
    const keywords = /^(:|AND$|OR$|NOT$|IN$|BETWEEN$|SET$|REMOVE$|attribute_|begins_with$|size$)/i;
    for (const word of words.filter((each) => !keywords.test(each))) {
      names.add(attributeName(word, input));
    }
  }
  const isRead = action === 'Query' || action === 'Scan' || action === 'GetItem';
  // Without a projection, every attribute is asked for, and the request names none.
  return isRead && input.ProjectionExpression === undefined ? undefined : [...names];
}

function attributeName(word: string, input: Input): string {
  if (!word.startsWith('#')) return word;
  return String((input.ExpressionAttributeNames as Attributes | undefined)?.[word]);
}

/** What a request asks to be returned, as AWS derives it when it does not say. */
function select({ Select, ProjectionExpression }: Input): string {
  if (typeof Select === 'string') return Select;
  return ProjectionExpression === undefined ? 'ALL_ATTRIBUTES' : 'SPECIFIC_ATTRIBUTES';
}

function attributeText(value: unknown): string {
  return String((value as { S?: string } | undefined)?.S);
}

function one(value: unknown): readonly string[] | undefined {
  return typeof value === 'string' ? [value] : undefined;
}
