import { awscdk, JsonFile, javascript, typescript } from 'projen';

import { addTasks } from './scripts/tasks';

/** The oldest Node.js that can `require()` an ES module without a flag. */
const NODE_VERSION = '20.19.0';
const AUTHOR = { author: 'The cdk-credstash authors', authorAddress: 'cdk-credstash@example.com' };
/** Of both packages: CHANGELOG.md says what each version brings. */
const VERSION = '0.1.0';
const REPOSITORY = 'https://github.com/cdk-credstash/cdk-credstash.git';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-credstash',
  description: 'Secret compartments: one KMS key, one table, and the policies to read and write it',
  keywords: ['aws', 'cdk', 'credstash', 'secrets', 'kms', 'dynamodb'],
  ...AUTHOR,
  authorOrganization: true,
  repositoryUrl: REPOSITORY,
  license: 'Apache-2.0',
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: NODE_VERSION,

  // jsii reads lib/ and writes build/.
  cdkVersion: '2.262.1', // the oldest whose plugins see stacks; devDeps has the newest
  constructsVersion: '10.5.0', // what that needs
  peerDependencyOptions: { pinnedDevDependency: false },
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  srcdir: 'lib',
  libdir: 'build',
  entrypoint: 'build/index.js',
  tsconfig: { fileName: 'tsconfig.jsii.json', compilerOptions: { types: ['node'] } },
  compressAssembly: true,
  publishToPypi: { distName: 'cdk-credstash', module: 'cdk_credstash' },
  // The names of the packages for other languages. No workflow publishes these three.
  publishToMaven: {
    javaPackage: 'io.github.cdkcredstash',
    mavenGroupId: 'io.github.cdk-credstash',
    mavenArtifactId: 'cdk-credstash',
  },
  publishToGo: { moduleName: 'github.com/cdk-credstash/cdk-credstash-go' },
  publishToNuget: { dotNetNamespace: 'CdkCredstash', packageId: 'CdkCredstash' },

  disableTsconfigDev: true,
  projenrcTs: true,
  projenrcTsOptions: { projenCodeDir: '.projen' },
  runner: typescript.TypeScriptRunner.tsx(),

  jest: false,
  eslint: false,
  github: false,
  release: false,
  buildWorkflow: false,
  depsUpgrade: false,
  pullRequestTemplate: false,
  npmignoreEnabled: false, // `files`, below, says what is published
  sampleCode: false,

  devDeps: [
    '@arethetypeswrong/cli@^0.18',
    '@microsoft/api-extractor@^7',
    '@types/jest@^29',
    '@types/node@^20',
    'aws-cdk@2.1148.1',
    'aws-cdk-lib@2.275.0',
    'cdk-nag@^3',
    'concurrently@^9',
    'dependency-cruiser@^17',
    'dynalite@^4',
    'esbuild@^0.28',
    'eslint@^10',
    'fast-check@^4',
    'jest@^29.7.0',
    'playwright-core@^1.65',
    'postject@1.0.0-alpha.6',
    'prettier@^3',
    'publint@^0.3',
    'ts-jest@^29',
    'typescript-eslint@^8',
  ],
  gitignore: ['/cdk.out/', '/runtime/dist/', '/.jsii.gz', 'THIRD-PARTY-NOTICES.txt'],
});

project.package.addField('type', 'commonjs');
project.package.addVersion(VERSION);
project.addDevDeps('constructs@10.5.1'); // projen drops it from `devDeps`

project.package.addField('files', [
  'build',
  '.jsii',
  '.jsii.gz',
  'API.md',
  'THIRD-PARTY-NOTICES.txt',
]);
project.package.addField('exports', {
  '.': { types: './build/index.d.ts', default: './build/index.js' },
  './runtime': { types: './build/runtime/index.d.ts', default: './build/runtime/index.js' },
  './package.json': './package.json',
  './.jsii': './.jsii',
  './.jsii.gz': './.jsii.gz',
});

// TypeScript before 6 ignores `exports` in an app of `module: commonjs`, as CDK apps long were.
project.package.addField('typesVersions', { '*': { runtime: ['./build/runtime/index.d.ts'] } });
// jsii recommends building with the oldest peers. We build with the newest, and test/pack/peers.test.ts
// tests the oldest.
project.compileTask.reset(
  'jsii --silence-warnings=reserved-word --silence-warnings=missing-dev-dependency --compress-assembly',
);

// tsconfig.json is for editors and for `tsc --noEmit`: every TypeScript file there is.
new javascript.TypescriptConfig(project, {
  fileName: 'tsconfig.json',
  include: ['.projenrc.ts', 'bench', 'bin', 'demo', 'lib', 'runtime', 'scripts', 'test', 'testbed'],
  exclude: ['**/node_modules', 'runtime/dist'],
  compilerOptions: {
    ...compilerOptions(),
    noEmit: true,
    types: ['node', 'jest'],
  },
});

// --- the runtime: a package of its own, outside jsii -------------------------------------

project.package.addField('workspaces', ['runtime']);
new JsonFile(project, 'runtime/package.json', {
  obj: {
    name: 'credstash-runtime',
    version: VERSION,
    description: 'Put and get secrets in a credstash compartment: a library and a CLI',
    keywords: ['aws', 'credstash', 'secrets', 'kms', 'dynamodb', 'cli'],
    author: AUTHOR.author,
    repository: { type: 'git', url: REPOSITORY, directory: 'runtime' },
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: false,
    exports: {
      '.': {
        import: { types: './dist/index.d.ts', default: './dist/index.js' },
        require: { types: './dist/index.d.cts', default: './dist/index.cjs' },
      },
      './testing': {
        import: { types: './dist/testing.d.ts', default: './dist/testing.js' },
        require: { types: './dist/testing.d.cts', default: './dist/testing.cjs' },
      },
      './compartment.template.json': './dist/compartment.template.json',
      './package.json': './package.json',
    },
    // for what ignores `exports`
    main: './dist/index.cjs',
    types: './dist/index.d.cts',
    typesVersions: { '*': { testing: ['./dist/testing.d.cts'] } },
    bin: { credstash: './dist/credstash.cjs' },
    files: ['dist', 'THIRD-PARTY-NOTICES.txt'],
    engines: { node: `>=${NODE_VERSION}` },
    dependencies: {
      '@aws-sdk/client-dynamodb': '^3.1100.0',
      '@aws-sdk/client-kms': '^3.1100.0',
      hpagent: '^1.2.0',
    },
    // The CLI is bundled: what it alone needs is inside, and not installed again.
    devDependencies: {
      '@aws-sdk/client-iam': '^3.1100.0',
      '@aws-sdk/client-resource-groups-tagging-api': '^3.1100.0',
      '@aws-sdk/client-sts': '^3.1100.0',
      '@aws-sdk/credential-providers': '^3.1100.0',
      '@types/cli-progress': '^3.11.6',
      'cli-progress': '^3.12.0',
      commander: '^14.0.0',
      'csv-stringify': '^6.5.0',
      dotenv: '^17.0.0',
      'string-width': '^8.2.0',
      'wrap-ansi': '^10.0.0',
      yaml: '^2.6.0',
    },
  },
});

new javascript.TypescriptConfig(project, {
  fileName: 'runtime/tsconfig.json',
  include: ['src/index.ts', 'src/testing/index.ts'],
  compilerOptions: {
    ...compilerOptions(),
    exactOptionalPropertyTypes: true, // the types of aws-cdk-lib don't bear it
    rootDir: 'src',
    outDir: 'dist/types',
    declaration: true,
    emitDeclarationOnly: true,
    types: ['node'],
  },
});

function compilerOptions(): javascript.TypeScriptCompilerOptions {
  return {
    target: 'es2023',
    lib: ['es2023', 'es2024.string'],
    module: 'nodenext',
    strict: true,
    esModuleInterop: true,
    noImplicitOverride: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
  };
}

addTasks(project);

project.synth();
