import {
  BulkWriteError,
  Credstash,
  CredstashError,
  DynamoDbStore,
  KmsKeyService,
  type CredstashOptions,
  type DeleteOptions,
  type GetAllOptions,
  type GetOptions,
  type ListOptions,
  type MigrateOptions,
  type OperationOptions,
  type PutAllOptions,
  type PutOptions,
} from '../../src/index.js';
import { Secrets } from '../secrets.js';

const secrets = Secrets.prepare();

const throwing = (): never => {
  throw new TypeError('thrown by the caller');
};

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(8);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

/** What a program in JavaScript may pass by mistake, made anew for each test. */
const WRONG: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  false: () => false,
  '-1': () => -1,
  '1': () => 1,
  '1.5': () => 1.5,
  NaN: () => NaN,
  Infinity: () => Infinity,
  '1n': () => 1n,
  'an empty string': () => '',
  'a string': () => 'word',
  'half a surrogate pair': () => '\ud800',
  'a string object': () => new String('word'),
  'a symbol': () => Symbol('word'),
  'a function': () => throwing,
  'a class': () => Secrets,
  'an empty array': () => [],
  'an array with a hole': () => new Array<string>(1),
  'an array of numbers': () => [1],
  'an empty object': () => ({}),
  'an object with an unknown name': () => ({ nonsense: 1 }),
  'an object with a getter that throws': () =>
    Object.defineProperty({}, 'version', { get: throwing, enumerable: true }),
  'an object whose toString throws': () => ({ toString: throwing }),
  'an object with a tag that throws': () =>
    Object.defineProperty({}, Symbol.toStringTag, { get: throwing }),
  'a revoked proxy of an object': () => revoked({}),
  'a revoked proxy of an array': () => revoked([]),
  'a proxy that throws': () =>
    new Proxy({}, { get: throwing, has: throwing, ownKeys: throwing, getPrototypeOf: throwing }),
  'a Map': () => new Map([['a', 1]]),
  'a Map whose iterator throws': () => Object.assign(new Map(), { [Symbol.iterator]: throwing }),
  'an object that is called a Map': () => ({ [Symbol.toStringTag]: 'Map' }),
  'a Set': () => new Set(['a']),
  'a Date': () => new Date(0),
  'an Error': () => new Error('word'),
  'a promise': () => Promise.resolve('word'),
  'a regular expression': () => /word/,
  'an ArrayBuffer': () => new ArrayBuffer(1),
  'an array of 16-bit numbers': () => new Uint16Array(1),
  'bytes that were transferred': detached,
  bytes: () => new Uint8Array(1),
  'an AbortSignal': () => new AbortController().signal,
};

const STRINGS = ['a string', 'an empty string'];
const CALLABLE = ['undefined', 'a function', 'a class'];
const BOOLEANS = ['undefined', 'true', 'false'];

interface Parameter {
  readonly of: string;
  /** What is right for it. */
  readonly right: readonly string[];
  readonly give: (value: never) => unknown;
}

/** An option of a method, in each of its values. */
function option<T extends object>(
  of: string,
  right: readonly string[],
  name: keyof T & string,
  give: (options: T) => unknown,
): Parameter {
  return {
    of: `the option ${name} of ${of}`,
    right,
    give: (value) => give({ [name]: value as unknown } as T),
  };
}

/** Every option of a type, and what is right for it. */
type Rights<T> = { readonly [K in keyof T]-?: readonly string[] };

function options<T extends object>(
  of: string,
  rights: Rights<T>,
  give: (options: T) => unknown,
): Parameter[] {
  const names = Object.keys(rights) as (keyof T & string)[];
  const each = names.map((name) => option<T>(of, rights[name], name, give));
  const right = ['undefined', 'an empty object'];
  return [...each, { of: `the options of ${of}`, right, give }];
}

const SIGNAL = { signal: ['undefined', 'an AbortSignal'] };
const VERSION = ['undefined', 'a string', '1'];
const CONTEXT = ['undefined', 'an empty object'];
const GET: Rights<GetOptions> = { ...SIGNAL, version: VERSION, context: CONTEXT };
const PUT: Rights<PutOptions> = {
  ...GET,
  autoVersion: BOOLEANS,
  ifChanged: BOOLEANS,
  comment: ['undefined', ...STRINGS],
  digest: ['undefined'],
};

const SECRETS: Parameter[] = [
  ...['get', 'getBytes', 'versions', 'history', 'delete'].map((method) => ({
    of: `the name of ${method}`,
    right: ['a string'],
    give: (name: never) => secrets.credstash[method as 'get'](name),
  })),
  {
    of: 'the name of put',
    right: ['a string'],
    give: (name) => secrets.credstash.put(name, 'v'),
  },
  {
    of: 'the value of put',
    right: [...STRINGS, 'bytes'],
    give: (value) => secrets.credstash.put('a', value),
  },
  {
    of: 'the secrets of putAll',
    right: ['an empty object'],
    give: (values) => secrets.credstash.putAll(values),
  },
  {
    of: 'a value of putAll',
    right: [...STRINGS, 'bytes'],
    give: (value) => secrets.credstash.putAll({ a: value }),
  },
  {
    of: 'a name of getAll',
    right: ['a string'],
    give: (name) => secrets.credstash.getAll({ names: ['b', name] }),
  },
  {
    of: 'a value of the context of get',
    right: STRINGS,
    give: (value) => secrets.credstash.get('a', { context: { env: value } }),
  },
  ...options<GetOptions>('get', GET, (given) => secrets.credstash.get('a', given)),
  ...options<GetOptions>('getBytes', GET, (given) => secrets.credstash.getBytes('a', given)),
  ...options<GetAllOptions>(
    'getAll',
    {
      ...GET,
      names: ['undefined', 'an empty array'],
      onFailure: ['undefined'],
      onProgress: CALLABLE,
    },
    (given) => secrets.credstash.getAll(given),
  ),
  ...options<PutOptions>('put', PUT, (given) => secrets.credstash.put('a', 'v', given)),
  ...options<PutAllOptions>('putAll', { ...PUT, onSettled: CALLABLE }, (given) =>
    secrets.credstash.putAll({ a: 'v' }, given),
  ),
  ...options<ListOptions>('list', { ...SIGNAL, names: ['undefined', 'an empty array'] }, (given) =>
    secrets.credstash.list(given),
  ),
  ...options<OperationOptions>('history', SIGNAL, (given) => secrets.credstash.history('a', given)),
  ...options<OperationOptions>('versions', SIGNAL, (given) =>
    secrets.credstash.versions('a', given),
  ),
  ...options<DeleteOptions>(
    'delete',
    { ...SIGNAL, version: VERSION, onDeleted: CALLABLE },
    (given) => secrets.credstash.delete('a', given),
  ),
  ...options<MigrateOptions>(
    'migrateVersions',
    { ...SIGNAL, dryRun: BOOLEANS, onSettled: CALLABLE },
    (given) => secrets.credstash.migrateVersions(given),
  ),
];

const NAMED = ['undefined', ...STRINGS];
const CONSTRUCTED: Parameter[] = [
  ...options<CredstashOptions>(
    'new Credstash',
    {
      compartment: ['undefined', 'a string'],
      table: NAMED,
      key: NAMED,
      region: NAMED,
      kmsRegion: NAMED,
      dynamodb: ['undefined'],
      kms: ['undefined'],
      timeout: ['undefined', '1', '1.5'],
      store: ['undefined'],
      keyService: ['undefined'],
      onWarning: CALLABLE,
    },
    (given) => new Credstash(given),
  ),
  {
    of: 'the client of new DynamoDbStore',
    right: [],
    give: (client) => new DynamoDbStore(client, 'table'),
  },
  {
    of: 'the table of new DynamoDbStore',
    right: STRINGS,
    give: (table) => new DynamoDbStore(secrets.test_.clients().dynamodb, table),
  },
  {
    of: 'the client of new KmsKeyService',
    right: [],
    give: (client) => new KmsKeyService(client, 'key', undefined),
  },
  {
    of: 'the key of new KmsKeyService',
    right: STRINGS,
    give: (key) => new KmsKeyService(secrets.test_.clients().kms, key, undefined),
  },
  {
    of: 'the timeout of new KmsKeyService',
    right: ['undefined', '1', '1.5'],
    give: (timeout) => new KmsKeyService(secrets.test_.clients().kms, 'key', undefined, timeout),
  },
];

test.each([...SECRETS, ...CONSTRUCTED].map((parameter) => [parameter.of, parameter] as const))(
  '%s is refused with ERR_INVALID_ARGUMENT, before any call, if it is wrong',
  async (_, { right, give }) => {
    const outcomes: Record<string, unknown> = {};
    for (const [what, make] of Object.entries(WRONG)) {
      if (right.includes(what)) continue;
      secrets.test_.takeCalls();
      const outcome: unknown = await Promise.resolve()
        .then(() => give(make() as never))
        .catch((error: unknown) => error);
      const isRefused =
        outcome instanceof CredstashError && outcome.code === 'ERR_INVALID_ARGUMENT';
      if (!isRefused || secrets.test_.takeCalls().length > 0) outcomes[what] = outcome;
    }
    expect(outcomes).toEqual({});
  },
);

test('an unknown option is named, with those that there are', async () => {
  const misspelt = { autoversion: true } as PutOptions;
  await expect(secrets.credstash.put('a', 'v', misspelt)).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringMatching(/^There is no option "autoversion"\. .*autoVersion/),
  });
});

describe('arguments are taken at the call:', () => {
  test('put stores the bytes and the context as they were', async () => {
    const value = Buffer.from('before');
    const context = { env: 'prod' };
    const options = { context, version: 1 };
    const done = secrets.credstash.put('a', value, options);
    value.fill('x');
    context.env = 'dev';
    options.version = 2;
    await done;
    expect(await secrets.credstash.get('a', { context: { env: 'prod' }, version: 1 })).toBe(
      'before',
    );
  });

  test('putAll stores the secrets of a Map as they were', async () => {
    const value = Buffer.from('before');
    const values = new Map<string, Uint8Array>([['a', value]]);
    const done = secrets.credstash.putAll(values);
    value.fill('x');
    values.clear();
    values.set('b', value);
    await done;
    expect([...(await secrets.credstash.getAll())]).toEqual([['a', 'before']]);
  });

  test('get and getAll read the names and the context as they were', async () => {
    await secrets.credstash.put('a', 'v', { context: { env: 'prod' } });
    const context: Record<string, string> = { env: 'prod' };
    const names = ['a'];
    const done = [
      secrets.credstash.get('a', { context }).then((value) => [['a', value]]),
      secrets.credstash.getAll({ names, context }).then((values) => [...values]),
    ];
    context.env = 'dev';
    names[0] = 'b';
    expect(await Promise.all(done)).toEqual([[['a', 'v']], [['a', 'v']]]);
  });
});

describe('a callback that throws or rejects', () => {
  const failing: [string, () => void][] = [
    ['throws', throwing],
    ['rejects', () => Promise.reject(new TypeError('thrown by the caller'))],
  ];

  test.each(failing)(
    'and %s does not stop the work, and onWarning is told',
    async (_, callback) => {
      const { credstash, warnings } = secrets;
      const values = Object.fromEntries(Array.from({ length: 40 }, (_each, i) => [`n${i}`, 'v']));
      expect((await credstash.putAll(values, { onSettled: callback })).size).toBe(40);
      expect((await credstash.getAll({ onProgress: callback })).size).toBe(40);
      expect(await credstash.delete('n0', { onDeleted: callback })).toHaveLength(1);
      expect(new Set(warnings)).toEqual(
        new Set(
          ['onSettled', 'onProgress', 'onDeleted'].map(
            (name) => `The callback ${name} failed: thrown by the caller`,
          ),
        ),
      );
    },
  );

  test('keeps the report of what failed, even if onWarning throws', async () => {
    await secrets.credstash.put('b', 'old');
    const credstash = secrets.connect({ onWarning: throwing });
    const error: unknown = await credstash
      .putAll({ a: '1', b: '2', c: '3' }, { onSettled: throwing })
      .catch((each: unknown) => each);
    expect(error).toBeInstanceOf(BulkWriteError);
    expect([...(error as BulkWriteError).stored.keys()]).toEqual(['a', 'c']);
    expect([...(error as BulkWriteError).failures.keys()]).toEqual(['b']);
  });
});

describe('a store or key service that fails in a way of its own', () => {
  const unavailable = () => Promise.reject(new RangeError('out of order'));

  test('makes get reject with ERR_SERVICE and its error as the cause', async () => {
    await secrets.credstash.put('a', 'v');
    const keyService = { generateDataKey: unavailable, decrypt: unavailable };
    await expect(secrets.connect({ keyService }).get('a')).rejects.toMatchObject({
      code: 'ERR_SERVICE',
      message: 'The store or the key service failed: out of order',
      cause: expect.any(RangeError),
    });
  });

  test('makes putAll report what was stored all the same', async () => {
    const kept = new KmsKeyService(secrets.test_.clients().kms, 'alias/credstash', undefined);
    let asked = 0;
    const keyService = {
      generateDataKey: (context: Readonly<Record<string, string>>) =>
        ++asked === 1 ? unavailable() : kept.generateDataKey(context),
      decrypt: unavailable,
    };
    await expect(secrets.connect({ keyService }).putAll({ a: '1', b: '2' })).rejects.toMatchObject({
      code: 'ERR_BULK_WRITE',
      stored: new Map([['b', expect.anything()]]),
      failures: new Map([['a', expect.objectContaining({ code: 'ERR_SERVICE' })]]),
    });
  });
});
