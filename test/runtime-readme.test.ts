import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { TestAws } from '../testbed/test-aws';
import { blocks, exampleFolder, runTypeScript } from './documentation';

const run = promisify(execFile);
const README = 'runtime/README.md';

/** What only `credstash setup` fails with. */
const OF_SETUP = [
  'ERR_POLICY_TAKEN',
  'ERR_QUOTA',
  'ERR_ROLE_NOT_FOUND',
  'ERR_TABLE_UNSUITABLE',
  'ERR_UNTRUSTED',
];

let folder: string;
let test_: TestAws;

beforeAll(async () => {
  folder = await exampleFolder();
  test_ = await TestAws.start({ compartments: ['prod'] });
});

afterAll(async () => {
  await test_.aws.stop();
  await rm(folder, { recursive: true });
});

/** The examples, which are one program. */
async function program(): Promise<string> {
  return (await blocks(README, 'ts')).join('\n');
}

test('the examples of the README of credstash-runtime run', async () => {
  const output = await runTypeScript(folder, await program(), await test_.env());
  expect(output.split('\n')).toEqual([
    'correct horse',
    'battery staple',
    'correct horse',
    'true',
    'app/api.key is not set',
    'battery staple',
    'credstash.get 2 success',
    'read app/db.password',
    'mail/api.key: ERR_SECRET_NOT_FOUND',
    '1',
    'app/db.password 1',
    'app/db.password 2',
    'app/token 1',
    'app/user 1',
    'rotated',
    '',
  ]);
});

test('the examples of the README of credstash-runtime type-check', async () => {
  const file = join(folder, 'types.mts');
  await writeFile(file, await program());
  const tsc = require.resolve('typescript/bin/tsc');
  // As in an app of `cdk init`.
  const options = '--ignoreConfig --noEmit --strict --module nodenext --target es2022 --types node';
  const checked = run(process.execPath, [tsc, ...options.split(' '), '--skipLibCheck', file]);
  const { stdout } = await checked.catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
});

test('the esbuild commands of the README of credstash-runtime make programs that run', async () => {
  const app = `
    import { Credstash } from 'credstash-runtime';
    const credstash = new Credstash({ compartment: 'prod' });
    void credstash
      .put('bundled', 'hunter2', { autoVersion: true })
      .then(() => credstash.get('bundled'))
      .then(console.log);`;
  await writeFile(join(folder, 'app.ts'), app);
  const commands = (await blocks(README, 'sh')).filter((block) => block.includes('esbuild'));
  expect(commands).toHaveLength(3);
  const env = { ...process.env, ...(await test_.env()) };
  for (const command of commands) {
    const [, bundle = ''] = /--outfile=(\S+)/.exec(command) ?? [];
    const script = `set -e\n${command}\n${process.execPath} ${bundle}`;
    expect((await run('bash', ['-c', script], { cwd: folder, env })).stdout).toBe('hunter2\n');
  }
});

test('the README of credstash-runtime explains the code of each error', async () => {
  const source = await readFile(join(__dirname, '../runtime/src/errors.ts'), 'utf8');
  const codes = Array.from(source.matchAll(/^ {2}\| '(\w+)'/gm), ([, code = '']) => code);
  const text = await readFile(join(__dirname, '..', README), 'utf8');
  const explained = Array.from(text.matchAll(/^\| `(ERR_\w+)`/gm), ([, code = '']) => code);
  expect([...explained, ...OF_SETUP].sort()).toEqual(codes.sort());
});
