// The rooms of the project, and what each may import: see docs/architecture.md. Anything else that
// one imports of another fails `npm run lint`.
const ROOMS = {
  'runtime/src/errors.ts': [],
  // Names, and the options of who may replace a client, a store or a key service.
  'runtime/src/compartment.ts': [
    'runtime/src/aws/(client|deadline).ts',
    'runtime/src/errors.ts',
    'runtime/src/keys/key-service.ts',
    'runtime/src/operations/(cache|log|options).ts',
    'runtime/src/stores/secret-store.ts',
  ],
  'runtime/src/format/': ['runtime/src/errors.ts'],
  'runtime/src/aws/': ['runtime/src/errors.ts'],
  'runtime/src/keys/': ['runtime/src/(aws|format)/', 'runtime/src/errors.ts'],
  'runtime/src/stores/': ['runtime/src/(aws|format)/', 'runtime/src/errors.ts'],
  'runtime/src/operations/': [
    'runtime/src/(aws|format)/',
    'runtime/src/errors.ts',
    // The interfaces, and none of what implements them.
    'runtime/src/keys/key-service.ts',
    'runtime/src/stores/secret-store.ts',
  ],
  'runtime/src/credstash.ts': [
    'runtime/src/(aws|format|keys|operations|stores)/',
    'runtime/src/(compartment|errors).ts',
  ],
  'runtime/src/index.ts': ['runtime/src/(?!access|cli|doctor|setup|testing)'],
  'runtime/src/access/': ['runtime/src/errors.ts'],
  // An entry of its own: what it shares with the library is in its bundle again.
  'runtime/src/testing/': [
    'runtime/src/(aws|format|stores)/',
    'runtime/src/errors.ts',
    'runtime/src/keys/key-service.ts',
    'runtime/src/operations/(options|prepare-put).ts',
  ],
  'runtime/src/setup/': ['runtime/src/aws/', 'runtime/src/errors.ts'],
  'runtime/src/doctor/': ['runtime/src/(aws|format|setup|stores)/', 'runtime/src/errors.ts'],
  'runtime/src/cli/output/': [
    'runtime/src/(access|format|operations)/',
    'runtime/src/(credstash|errors).ts',
    'runtime/src/stores/secret-store.ts',
  ],
  'runtime/src/cli/input/': ['runtime/src/(?!cli/|index.ts|testing/)', 'runtime/src/cli/output/'],
  'runtime/src/cli/exec/': ['runtime/src/operations/', 'runtime/src/cli/output/'],
  'runtime/src/cli/commands/': [
    'runtime/src/(?!cli/|index.ts|testing/)',
    'runtime/src/cli/(exec|input|output)/',
  ],
  'runtime/src/cli/(main|program).ts': ['runtime/src/cli/', 'runtime/package.json'],
  'lib/private/': [],
  'lib/access/': ['lib/private/'],
  'lib/[^/]+$': ['lib/'],
  'bin/': ['lib/'],
  'testbed/': ['lib/', 'runtime/src/'],
  'demo/': ['testbed/'],
  'scripts/': [],
  'bench/': ['testbed/', 'test/interop/', 'demo/', 'scripts/', 'runtime/src/(aws/|index.ts)'],
};

const KNOWN = Object.keys(ROOMS)
  .map((room) => `^${room.replaceAll('.', '\\.')}`)
  .join('|');

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'Files that import each other are one file, or need a third.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'A file that nothing imports, and that imports nothing, has no place.',
      from: { orphan: true, pathNot: '\\.d\\.c?ts$|^testbed/environment\\.ts$' },
      to: {},
    },
    // A new file or folder of runtime/src must be in the list before it is imported, or imports.
    ...['from', 'to'].map((side) => ({
      name: `no-unknown-rooms-${side}`,
      severity: 'error',
      from: {},
      to: {},
      [side]: { path: '^runtime/src/', pathNot: KNOWN },
    })),
    ...Object.entries(ROOMS).map(([room, allowed]) => ({
      name: `imports-of-${room}`,
      severity: 'error',
      from: { path: `^${room}` },
      to: {
        // Its own files, and packages.
        path: '^(bench|bin|demo|lib|runtime(?!/node_modules)|scripts|test|testbed)/',
        pathNot: [room, ...allowed].map((path) => `^${path}`),
      },
    })),
    {
      name: 'format-is-pure',
      severity: 'error',
      comment: 'The format is bytes in, bytes out: no I/O, no AWS.',
      from: { path: '^runtime/src/format/' },
      to: { dependencyTypesNot: ['local'], pathNot: '^crypto$' },
    },
    {
      name: 'operations-know-no-sdk',
      severity: 'error',
      comment: 'Operations work on any store and key service.',
      from: { path: '^runtime/src/operations/' },
      to: { path: '@aws-sdk' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build|dist|cdk\\.out|runtime/dist)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
