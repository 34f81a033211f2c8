import type { RequestContext } from '../conditions';
import { ServiceError, text, type Call, type Input } from '../service';
import { PARTITION_KEY, tableOf, type TableRef } from './table';

const ACTIONS: Readonly<Record<string, string>> = {
  SELECT: 'PartiQLSelect',
  INSERT: 'PartiQLInsert',
  UPDATE: 'PartiQLUpdate',
  DELETE: 'PartiQLDelete',
};

/**
 * What a statement of PartiQL must be allowed: an action of its own, not that of the same call
 * without PartiQL.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
 */
export function partiql(call: Call): { action: string; table: TableRef; context: RequestContext } {
  const statement = text(call.input, 'Statement');
  const [, verb = ''] = /^\s*(\w+)/.exec(statement) ?? [];
  const action = ACTIONS[verb.toUpperCase()];
  const [, named] = /(?:FROM|INTO|UPDATE)\s+"([^"]+)"/i.exec(statement) ?? [];
  if (!action || named === undefined) {
    throw new ServiceError('ValidationException', 'Statement wasn’t well formed');
  }
  const names = partitionKeys(statement, call.input);
  const context = {
    'dynamodb:leadingkeys': names,
    'dynamodb:fulltablescan':
      action === 'PartiQLSelect' ? [String(names === undefined)] : undefined,
  };
  return { action, table: tableOf(call, named), context };
}

/** The name that a statement gives, as a text or as a parameter. */
function partitionKeys(statement: string, { Parameters = [] }: Input): string[] | undefined {
  const given = new RegExp(`["']?\\b${PARTITION_KEY}\\b["']?\\s*[=:]\\s*(?:'([^']*)'|\\?)`);
  const match = given.exec(statement);
  if (!match) return undefined;
  const [whole, literal] = match;
  if (literal !== undefined) return [literal];
  const before = statement.slice(0, match.index + whole.length - 1).split('?').length - 1;
  return [String((Parameters as { S?: string }[])[before]?.S)];
}
