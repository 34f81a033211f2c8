import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { devDependencies } from '../../package.json';
import { blocks, exampleFolder, runTypeScript } from '../documentation';
import {
  newFolder,
  pacmak,
  run,
  synthesize,
  synthesizeTypeScript,
  written,
} from './languages/synthesis';

let folder: string;
let python: string;

/** The package as it would be published, in a new virtual environment, with the CDK of the repository. */
beforeAll(async () => {
  folder = await newFolder();
  python = join(folder, 'venv/bin/python');
  await Promise.all([
    pacmak(folder, '--target', 'python'),
    run('python3', ['-m', 'venv', join(folder, 'venv')]),
  ]);
  const [wheel = ''] = (await readdir(join(folder, 'python'))).filter((file) =>
    file.endsWith('.whl'),
  );
  const cdk = (['aws-cdk-lib', 'constructs'] as const).map(
    (name) => `${name}==${devDependencies[name]}`,
  );
  const install = ['-m', 'pip', 'install', '--quiet', '--no-compile'];
  await run(python, [...install, join(folder, 'python', wheel), ...cdk]);
}, 300_000);

afterAll(() => rm(folder, { recursive: true }));

test('an app in Python synthesizes the templates and the lockfile of the same app in TypeScript', async () => {
  const app = join(__dirname, 'languages/app.py');
  const [expected, actual] = await Promise.all([synthesizeTypeScript(), synthesize(python, app)]);
  expect(Object.keys(expected).sort()).toEqual([
    'Application.template.json',
    'Prod.template.json',
    'Staging.template.json',
    'credstash-access.json',
  ]);
  expect(actual).toEqual(expected);
});

test("the README's app in Python synthesizes the templates of its apps in TypeScript", async () => {
  const [app = ''] = await blocks('README.md', 'python');
  await writeFile(join(folder, 'readme.py'), app);
  const examples = await exampleFolder();
  const [application = '', functions = ''] = await blocks('README.md', 'ts');
  await runTypeScript(examples, application, { CDK_OUTDIR: examples });
  await runTypeScript(examples, functions, { CDK_OUTDIR: examples });
  const expected = await written(examples);
  await rm(examples, { recursive: true });
  expect(Object.keys(expected)).toEqual(['Application.template.json', 'Functions.template.json']);
  expect(await synthesize(python, join(folder, 'readme.py'))).toEqual(expected);
});
