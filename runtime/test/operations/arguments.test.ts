import {
  Credstash,
  CredstashError,
  DynamoDbStore,
  formatReference,
  KmsKeyService,
  type CacheOptions,
  type CredstashOptions,
  type DeleteOptions,
  type GetAllOptions,
  type GetOptions,
  type ListOptions,
  type MigrateOptions,
  type OperationOptions,
  type PreloadOptions,
  type PutAllOptions,
  type PutOptions,
  type RebindOptions,
  type ReferenceOptions,
  type ResolveOptions,
} from '../../src/index.js';
import { Secrets } from '../secrets.js';
import { WRONG } from './wrong-values.js';

const secrets = Secrets.prepare();

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
const NUMBERS = ['undefined', '1', '1.5', 'Infinity'];
const GET: Rights<GetOptions> = {
  ...SIGNAL,
  version: VERSION,
  context: CONTEXT,
  forceFetch: BOOLEANS,
};
const PUT: Rights<PutOptions> = {
  ...SIGNAL,
  version: VERSION,
  context: CONTEXT,
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
    of: 'the variables of resolve',
    right: ['an empty object'],
    give: (env) => secrets.credstash.resolve(env),
  },
  {
    of: 'a variable of resolve',
    right: ['undefined', ...STRINGS, 'half a surrogate pair'],
    give: (value) => secrets.credstash.resolve({ A: value }),
  },
  ...options<ResolveOptions>(
    'resolve',
    { ...SIGNAL, context: CONTEXT, onMissing: ['undefined'] },
    (given) => secrets.credstash.resolve({}, given),
  ),
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
  {
    of: 'the names of preload',
    right: ['an empty array'],
    give: (names) => secrets.connect({ cache: {} }).preload(names),
  },
  {
    of: 'a name of preload',
    right: ['a string'],
    give: (name) => secrets.connect({ cache: {} }).preload(['b', name]),
  },
  ...options<PreloadOptions>(
    'preload',
    { ...SIGNAL, context: CONTEXT, jitter: ['undefined', '1', '1.5'] },
    (given) => secrets.connect({ cache: {} }).preload(['a'], given),
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
  ...options<RebindOptions>(
    'rebind',
    {
      ...SIGNAL,
      names: ['undefined', 'an empty array'],
      context: CONTEXT,
      dryRun: BOOLEANS,
      onSettled: CALLABLE,
    },
    (given) => secrets.credstash.rebind(given),
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
      cache: ['undefined', 'an empty object'],
      store: ['undefined'],
      keyService: ['undefined'],
      onWarning: CALLABLE,
      logger: ['undefined'],
    },
    (given) => new Credstash(given),
  ),
  ...options<CacheOptions>(
    'the cache',
    { maxAge: NUMBERS, staleIfError: NUMBERS, maxEntries: NUMBERS },
    (cache) => new Credstash({ cache }),
  ),
  {
    of: 'the name of formatReference',
    right: ['a string'],
    give: (name) => formatReference(name),
  },
  ...options<ReferenceOptions>('formatReference', { version: VERSION, context: CONTEXT }, (given) =>
    formatReference('a', given),
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

describe('an unknown option', () => {
  test.each([
    ['versoin', 'version'],
    ['ctx', undefined],
    ['Context', 'context'],
    ['autoversion', 'autoVersion'],
    ['if_changed', 'ifChanged'],
    ['abortSignal', undefined],
    ['vresino', undefined],
  ])(
    'of put, %p, is named with the nearest that there is, or else with all',
    async (name, near) => {
      const error: unknown = await secrets.credstash
        .put('a', 'v', { [name]: undefined } as PutOptions)
        .catch((each: unknown) => each);
      const hint = near
        ? `Did you mean "${near}"?`
        : 'The options are signal, version, autoVersion';
      expect(error).toMatchObject({
        code: 'ERR_INVALID_ARGUMENT',
        message: expect.stringContaining(`There is no option ${JSON.stringify(name)}. ${hint}`),
      });
    },
  );

  test.each(['', 's3cr3t!', 'x'.repeat(41)])(
    'of put, %p, is not repeated: it may be a value in the wrong place',
    async (name) => {
      const put = secrets.credstash.put('a', 'v', { [name]: undefined } as PutOptions);
      await expect(put).rejects.toThrow(
        /^There is no option of that name\. The options are signal/,
      );
    },
  );

  test('of new Credstash is named with the nearest that there is', () => {
    expect(() => new Credstash({ kmsregion: 'eu-west-1' } as CredstashOptions)).toThrow(
      'There is no option "kmsregion". Did you mean "kmsRegion"?',
    );
  });
});
