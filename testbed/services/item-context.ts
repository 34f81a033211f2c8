import type { RequestContext } from '../conditions';
import { ServiceError, text, type Input } from '../service';
import type { Attributes } from './dynalite-engine';
import { PARTITION_KEY } from './table';

/**
 * The condition keys of a call on items.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
export function itemContext(action: string, input: Input, enclosing?: string): RequestContext {
  const isRead = ['BatchGetItem', 'GetItem', 'Query', 'Scan'].includes(action);
  return {
    'dynamodb:leadingkeys': leadingKeys(action, input),
    'dynamodb:attributes': requestedAttributes(input, isRead),
    'dynamodb:select': isRead ? [select(input)] : undefined,
    'dynamodb:returnvalues': one(input.ReturnValues),
    // The service authorization reference lists it for all but this action of a transaction.
    'dynamodb:enclosingoperation': action === 'ConditionCheckItem' ? undefined : one(enclosing),
  };
}

/** The partition keys in a request; a scan has none. */
function leadingKeys(action: string, input: Input): readonly string[] | undefined {
  if (action === 'Scan') return undefined;
  if (action === 'Query') return [queriedKey(input)];
  const items = (input.Keys ?? input.Items ?? [input.Key ?? input.Item]) as (
    Attributes | undefined
  )[];
  const names = items.flatMap((item) => (item ? [attributeText(item[PARTITION_KEY])] : []));
  return names.length > 0 ? names : undefined;
}

function queriedKey(input: Input): string {
  const conditions = input.KeyConditions as LegacyConditions | undefined;
  if (conditions) return attributeText(conditions[PARTITION_KEY]?.AttributeValueList[0]);
  const match = /^\s*(#?\w+)\s*=\s*(:\w+)/.exec(text(input, 'KeyConditionExpression'));
  const [, attribute = '', value = ''] = match ?? [];
  if (attributeName(attribute, input) !== PARTITION_KEY) {
    throw new ServiceError('ValidationException', 'The embedded AWS wants the name queried first');
  }
  return attributeText((input.ExpressionAttributeValues as Attributes | undefined)?.[value]);
}

type LegacyConditions = Record<string, { readonly AttributeValueList: readonly [unknown] }>;

/** The parameters from before there were expressions, by whose keys they name attributes. */
const LEGACY = ['AttributeUpdates', 'Expected', 'KeyConditions', 'QueryFilter', 'ScanFilter'];

/** Every attribute that a request names, in any of its expressions, or writes. */
function requestedAttributes(input: Input, isRead: boolean): readonly string[] | undefined {
  const items = (input.Items ?? [input.Item ?? input.Key ?? {}]) as Attributes[];
  const projected = (input.AttributesToGet ?? []) as string[];
  const legacy = LEGACY.map((each) => input[each] ?? {});
  const names = new Set(
    [...items, ...legacy].flatMap((each) => Object.keys(each)).concat(projected),
  );
  for (const parameter of Object.keys(input).filter((each) => each.endsWith('Expression'))) {
    const words = text(input, parameter).match(/[#:]?\w+/g) ?? [];
    const keywords = /^(:|AND$|OR$|NOT$|IN$|BETWEEN$|SET$|REMOVE$|attribute_|begins_with$|size$)/i;
    for (const word of words.filter((each) => !keywords.test(each))) {
      names.add(attributeName(word, input));
    }
  }
  // Without a projection, every attribute is asked for, and the request names none.
  if (isRead && !isProjected(input)) return undefined;
  return names.size > 0 ? [...names] : undefined;
}

function attributeName(word: string, input: Input): string {
  if (!word.startsWith('#')) return word;
  return String((input.ExpressionAttributeNames as Attributes | undefined)?.[word]);
}

/** What a request asks to be returned, as AWS derives it when it does not say. */
function select(input: Input): string {
  if (typeof input.Select === 'string') return input.Select;
  return isProjected(input) ? 'SPECIFIC_ATTRIBUTES' : 'ALL_ATTRIBUTES';
}

function isProjected({ ProjectionExpression, AttributesToGet }: Input): boolean {
  return ProjectionExpression !== undefined || AttributesToGet !== undefined;
}

function attributeText(value: unknown): string {
  return String((value as { S?: string } | undefined)?.S);
}

function one(value: unknown): readonly string[] | undefined {
  return typeof value === 'string' ? [value] : undefined;
}
