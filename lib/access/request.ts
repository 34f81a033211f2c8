import { BOUND_NAME, BOUND_VERSION } from '../private/scope';

/** What a request says of a condition key: its values, the name of the secret, or something unknown. */
export type Value = readonly string[] | 'the name' | 'something';

/** A kind of request, for any secret. */
export interface Request {
  readonly action: string;
  /** By condition key, in lower case. A key without a value here isn't known. */
  readonly values: Readonly<Record<string, Value>>;
  /** Which keys the encryption context surely has; `undefined` if the request has no such context. */
  readonly contextKeys?: readonly string[];
}

const ABSENT: Value = [];
const OF_ANY = { 'aws:securetransport': ['true'], 'aws:viaawsservice': ['false'] };

const KEY = ['name', 'version'];
const SEALED = ['name', 'version', 'key', 'contents', 'hmac'];
const ALL = { 'dynamodb:attributes': ABSENT, 'dynamodb:select': ['ALL_ATTRIBUTES'] };

function onTable(action: string, values: Request['values']): Request {
  return {
    action: `dynamodb:${action}`,
    values: {
      ...OF_ANY,
      'dynamodb:leadingkeys': 'the name',
      'dynamodb:fulltablescan': ABSENT,
      'dynamodb:returnvalues': ABSENT,
      'dynamodb:enclosingoperation': ABSENT,
      ...values,
    },
  };
}

/** A request that names some attributes, and asks for no others. */
function only(action: string, attributes: readonly string[], values: Request['values'] = {}) {
  const select = ['SPECIFIC_ATTRIBUTES'];
  const named = { 'dynamodb:attributes': attributes, 'dynamodb:select': select };
  return onTable(action, { ...named, ...values });
}

/** A request that changes an item: by itself, and as part of a transaction. */
function change(action: string, attributes: readonly string[]): Request[] {
  const values = { 'dynamodb:attributes': attributes, 'dynamodb:select': ABSENT };
  return [onTable(action, values), onTable(action, { ...values, ...IN_TRANSACTION })];
}

const IN_TRANSACTION = { 'dynamodb:enclosingoperation': ['TransactWriteItems'] };
const OF_GETS = { 'dynamodb:enclosingoperation': ['TransactGetItems'] };
const OF_SCAN = { 'dynamodb:leadingkeys': ABSENT, 'dynamodb:fulltablescan': ['true'] };

/** Requests that answer sealed items. */
export const FETCH: readonly Request[] = [
  ...['GetItem', 'Query', 'BatchGetItem', 'PartiQLSelect'].map((action) => onTable(action, ALL)),
  ...['Scan', 'PartiQLSelect'].map((action) => onTable(action, { ...ALL, ...OF_SCAN })),
  ...fetchOnly(...SEALED),
  onTable('GetItem', { ...ALL, ...OF_GETS }),
  ...change('ConditionCheckItem', ['name', 'version', 'hmac']),
  ...change('ConditionCheckItem', KEY),
];

/** Requests that answer sealed items in two parts. A value can be opened without its HMAC. */
export const FETCH_PARTS = [fetchOnly('key'), fetchOnly('contents')] as const;

/** Requests for some attributes of an item, each of which names no more than it must. */
function fetchOnly(...attributes: readonly string[]): readonly Request[] {
  const besides = (...names: string[]) => [...new Set([...names, ...attributes])];
  return [
    ...['GetItem', 'BatchGetItem', 'PartiQLSelect'].map((action) => only(action, besides(...KEY))),
    only('GetItem', besides(...KEY), OF_GETS),
    only('Query', besides('name')),
    ...['Scan', 'PartiQLSelect'].map((action) => only(action, attributes, OF_SCAN)),
  ];
}

/** Requests that answer the items that they would change: afterwards, or if a condition of theirs fails. */
export const FETCH_BY_CHANGE: readonly Request[] = [
  ...change('PutItem', SEALED),
  ...change('UpdateItem', ['name', 'version', 'key']),
  ...change('DeleteItem', ['name', 'version', 'hmac']),
  // A request may name no attribute but those of the key.
  ...['PutItem', 'UpdateItem', 'DeleteItem', 'PartiQLUpdate', 'PartiQLDelete'].flatMap((each) =>
    change(each, KEY),
  ),
];

/** Requests that answer all names. */
export const LIST: readonly Request[] = ['Scan', 'PartiQLSelect'].flatMap((action) => [
  onTable(action, { ...ALL, ...OF_SCAN }),
  only(action, ['name', 'version', 'comment'], OF_SCAN),
  only(action, ['name'], OF_SCAN),
]);

export const PUT: readonly Request[] = [
  'PutItem',
  'UpdateItem',
  'BatchWriteItem',
  'PartiQLInsert',
  'PartiQLUpdate',
].flatMap((each) => change(each, SEALED));

export const REMOVE: readonly Request[] = ['DeleteItem', 'BatchWriteItem', 'PartiQLDelete'].flatMap(
  (each) => change(each, ['name', 'version']),
);

/** Requests that replace a data key. */
export const REPLACE_KEY: readonly Request[] = ['UpdateItem', 'PartiQLUpdate'].flatMap((each) =>
  change(each, ['name', 'version', 'key']),
);

/** Requests that change who has access. */
export const CONTROL_TABLE: readonly Request[] = ['PutResourcePolicy', 'DeleteResourcePolicy'].map(
  (action) =>
    onTable(action, {
      'dynamodb:leadingkeys': ABSENT,
      'dynamodb:attributes': ABSENT,
      'dynamodb:select': ABSENT,
    }),
);

/** What of the name and version of a secret the encryption context has. */
export interface Binding {
  readonly name: boolean;
  readonly version: boolean;
}

export const BOUND: Binding = { name: true, version: true };
export const UNBOUND: Binding = { name: false, version: false };

/** A request to a key, with the context of a secret. */
export function onKey(action: string, binding: Binding, isOnSameKey?: boolean): Request {
  const contextKeys = [
    ...(binding.name ? [BOUND_NAME] : []),
    ...(binding.version ? [BOUND_VERSION] : []),
  ];
  return {
    action: `kms:${action}`,
    values: {
      ...OF_ANY,
      'kms:viaservice': ABSENT,
      // Only requests to delete or disable a key say it.
      'kms:trailingdayswithoutkeyusage': ABSENT,
      'kms:reencryptonsamekey': isOnSameKey === undefined ? ABSENT : [String(isOnSameKey)],
      [`kms:encryptioncontext:${BOUND_NAME}`]: binding.name ? 'the name' : ABSENT,
      [`kms:encryptioncontext:${BOUND_VERSION}`]: binding.version ? 'something' : ABSENT,
    },
    contextKeys,
  };
}

export const CONTROL_KEY: readonly Request[] = [
  ...['PutKeyPolicy', 'CreateGrant'].map((each) => {
    const { action, values } = onKey(each, UNBOUND);
    return { action, values };
  }),
];
