import type { awscdk, TaskStep } from 'projen';

/** projen's own run the tests too, pack what was built at some time, and watch only lib/. */
const REPLACED = ['build', 'package', 'package-all', 'package:js', 'watch'];
/** What jsii-pacmak packs for. */
const LANGUAGES = { python: 'Python', java: 'Java', go: 'Go', dotnet: '.NET' };

/** Add what `npm run` does. */
export function addTasks(project: awscdk.AwsCdkConstructLibrary): void {
  for (const name of REPLACED) project.tasks.removeTask(name);
  const add = (name: string, description: string, ...steps: TaskStep[]) =>
    project.addTask(name, { description, steps });

  // jsii and tsc never remove what they once wrote.
  add('clean', 'Remove what was built', exec('rm -rf build runtime/dist'));
  add('bundle', 'Bundle the runtime, for both packages, and the CLI', exec(BUNDLE));
  add(
    'types',
    'Roll up the types of the runtime, for both packages',
    exec('tsc -p runtime'),
    exec('tsx scripts/declarations.ts'),
    exec('rm -r runtime/dist/types'),
  );
  add(
    'template',
    'Synthesize the template that `credstash setup` applies',
    exec(`tsx ${TEMPLATE}`),
  );
  project.preCompileTask.addSteps(
    ...spawn('clean', 'bundle', 'types', 'template'),
    // npm links a workspace's command at `npm ci` only if its file is there by then.
    exec('npm rebuild --silent --ignore-scripts --workspace runtime'),
  );
  add(
    'build',
    'Build both packages',
    ...spawn('default', 'pre-compile', 'compile', 'post-compile'),
  );
  const [jsii] = project.compileTask.steps;
  const watchers = [`${BUNDLE} --watch`, `tsx watch ${TEMPLATE}`, `${jsii?.exec} --watch`];
  add(
    'watch',
    'Build, and build again what changes, but for the types of the runtime',
    ...spawn('pre-compile'),
    exec(`concurrently --kill-others ${watchers.map((each) => `"${each}"`).join(' ')}`),
  );
  add(
    'package',
    'Build, and pack for npm and PyPI into dist/',
    ...spawn('build'),
    exec('jsii-pacmak --no-npmignore --target js python'),
    exec('npm pack --silent --workspace runtime --pack-destination dist/js'),
  );
  for (const [target, language] of Object.entries(LANGUAGES)) {
    project.tasks.removeTask(`package:${target}`);
    add(
      `package:${target}`,
      `Build, and pack for ${language} into dist/${target}/`,
      ...spawn('build'),
      exec(`jsii-pacmak --no-npmignore --target ${target}`),
    );
  }

  add(
    'package:binary',
    'Build the CLI as one executable for Linux x64 and arm64, or the one named, into dist/binary/',
    ...spawn('bundle', 'template'),
    { exec: 'tsx scripts/package-binary.ts', receiveArgs: true },
  );
  add(
    'test:binary',
    'Run the tests of the CLI against the executable for this machine',
    ...spawn('bundle', 'template'),
    exec('tsx scripts/package-binary.ts "$(node -p process.arch)"'),
    {
      exec: 'CREDSTASH_BIN="dist/binary/linux-$(node -p process.arch)/credstash" jest runtime/test',
      receiveArgs: true,
    },
  );
  add(
    'lint',
    'Check style and types',
    exec('eslint .'),
    exec(
      'depcruise --config .dependency-cruiser.cjs bench bin demo lib runtime/src scripts testbed',
    ),
    exec('prettier --check --log-level warn .'),
    exec('tsc --noEmit'),
  );
  // The READMEs' tests import the packages. Jest builds the rest: see test/global-setup.ts.
  project.testTask.addSteps(...spawn('clean', 'types', 'compile'), {
    exec: 'jest',
    receiveArgs: true,
  });
  add(
    'test:interop',
    'Compare with other clients and languages, deploy to moto, and try DynamoDB Local (needs Python 3, Java 17 and Maven; for all clients Go and Rust)',
    ...spawn('pre-compile', 'compile'),
    { exec: 'jest --config jest.interop.config.js', receiveArgs: true },
  );
  add(
    'test:pack',
    'Install the packed packages in empty folders, with the oldest aws-cdk-lib and other tools',
    ...spawn('pre-compile', 'compile'),
    { exec: 'jest --config jest.pack.config.js', receiveArgs: true },
  );
  add('test:page', 'Look at the page of `credstash access` in Chromium, which must be installed', {
    exec: 'jest --config jest.page.config.js',
    receiveArgs: true,
  });
  add(
    'bench',
    'Time the CLI beside the Python credstash',
    ...spawn('bundle'),
    exec('tsx bench/get.ts'),
  );
  add(
    'bench:start',
    'Time the executable beside the CLI of npm, on Node.js 22 and 24',
    ...spawn('bundle', 'template'),
    exec('tsx bench/start.ts'),
  );
  add(
    'bench:retries',
    'Time a bulk write under throttling, with the retry strategies there are',
    ...spawn('template'),
    exec('tsx bench/retries.ts'),
  );
  add(
    'bench:cache',
    'Measure the memory of a full cache, and the time of a get that it serves',
    exec('tsx --expose-gc bench/cache.ts'),
  );
  add(
    'local',
    'Run the embedded AWS until Ctrl-C',
    ...spawn('bundle', 'template'),
    exec('tsx testbed/main.ts'),
  );
  add(
    'demo',
    'See a compartment stood up, used and guarded',
    ...spawn('bundle'),
    exec('tsx demo/main.ts'),
  );
}

const BUNDLE = 'tsx scripts/bundle.ts';
const TEMPLATE = 'bin/compartment-template.ts runtime/dist/compartment.template.json';

function exec(command: string): TaskStep {
  return { exec: command };
}

function spawn(...names: string[]): TaskStep[] {
  return names.map((name) => ({ spawn: name }));
}
