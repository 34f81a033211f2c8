import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { runCli } from '../../../demo/cli.js';

const APP = { names: ['app/*'] };
const PROD = { context: { env: ['prod'] } };

/** A compartment as the plugin writes it. */
const compartment = (name: string, principals: object) => ({
  name,
  table: `arn:aws:dynamodb:us-east-1:111122223333:table/${name}`,
  key: 'arn:aws:kms:us-east-1:111122223333:key/<id Key>',
  aliases: [],
  bindsNames: false,
  opensUnbound: false,
  notKnown: [] as string[],
  principals,
  acknowledged: [] as object[],
});

const LOCKFILE = {
  '//': 'Written by CompartmentAccess.',
  version: 1,
  compartments: {
    'Dev/Secrets': compartment('shop', {
      'role Dev/Web': { read: { table: [APP], key: [{}] } },
    }),
    'Prod/Secrets': {
      ...compartment('shop', {
        'policy Prod/Read': { read: { table: [{}], key: [{}] } },
        'role Prod/Backup': { read: { table: [{}], key: [] } },
        'role Prod/Deployer': {
          read: { table: [APP], key: [PROD] },
          write: { table: [APP], key: [PROD] },
        },
        'role Prod/Office': {
          list: { table: [{ notKnown: ['IpAddress aws:SourceIp 192.0.2.0/24'] }] },
        },
      }),
      notKnown: ['access to the replicas in eu-west-1'],
      acknowledged: [{ rule: 'HalfGrant', principal: 'role Prod/Backup', reason: 'It copies.' }],
    },
  },
  notKnown: ['role Prod/Office: what the permissions boundary refuses'],
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credstash-access-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(content: unknown, file = 'credstash-access.json'): Promise<string> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** Ask about the app in the folder, without any account of AWS. */
const ask = (...args: string[]) => runCli(['access', '--app', folder, ...args], {});

const rows = (table: string) =>
  Array.from(table.matchAll(/^│ (.*?) │$/gm), ([, row = '']) =>
    row.split(/ +│ +/).map((each) => each.trim()),
  );

test('tells who can use a secret, with names, context, halves, and what is not known', async () => {
  const file = await write(LOCKFILE);
  const { exitCode, stdout, stderr } = await ask(
    'app/db.password',
    '--compartment',
    'Prod/Secrets',
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(rows(stdout)).toEqual([
    ['who', 'can', 'at the table', 'at the key'],
    ['policy Prod/Read', 'read', 'everything', 'everything'],
    ['role Prod/Backup', 'half of read', 'everything', 'nothing'],
    ['role Prod/Deployer', 'read, write', 'names app/*', 'context env=prod'],
    ['role Prod/Office', 'perhaps list', 'not known if "IpAddress aws:SourceIp 192.0.2.0/24"', ''],
  ]);
  expect(stdout.split('\n').filter((line) => !/^[│┌├└]/.test(line))).toEqual([
    `As ${file} says:`,
    '',
    'shop (Prod/Secrets): who can use app/db.password',
    'The key does not bind names.',
    'Half of it, without the other half, allows nothing.',
    'No identity of the app has the policies: who is given one can do what it says.',
    'On purpose: HalfGrant, role Prod/Backup: It copies.',
    'Not known: access to the replicas in eu-west-1.',
    'Not known: role Prod/Office: what the permissions boundary refuses.',
    '',
  ]);
});

test('takes a context, as get does', async () => {
  await write(LOCKFILE);
  const who = async (...args: string[]) =>
    rows((await ask('app/db', ...args)).stdout).map(([principal]) => principal);
  expect(await who('env=prod')).toContain('role Prod/Deployer');
  expect(await who('env=dev')).not.toContain('role Prod/Deployer');
});

test('tells two stages apart by the path, and nobody where that is so', async () => {
  await write(LOCKFILE);
  const { stdout } = await ask('web/key');
  expect(stdout).toContain('shop (Dev/Secrets): nobody can use web/key.\n');
  expect(stdout).toContain('shop (Prod/Secrets): who can use web/key\n');
  expect((await ask('--compartment', 'shop')).stdout.match(/who can use secrets$/gm)).toHaveLength(
    2,
  );
});

test('says what is not known of a compartment, where nobody can use the secret, too', async () => {
  const imported = {
    ...compartment('shop', { 'role Web': { read: { table: [APP], key: [{}] } } }),
    notKnown: ['the policy of the table, which the app does not define'],
  };
  const file = await write({ ...LOCKFILE, compartments: { Secrets: imported }, notKnown: [] });
  const { stdout } = await ask('web/key');
  expect(stdout.split('\n')).toEqual([
    `As ${file} says:`,
    '',
    'shop (Secrets): nobody can use web/key.',
    'Not known: the policy of the table, which the app does not define.',
    '',
  ]);
});

test('a compartment that the app does not have is an error that names those it has', async () => {
  const file = await write(LOCKFILE);
  expect(await ask('--compartment', 'typo')).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: `${file} has no compartment typo, but shop (Dev/Secrets), shop (Prod/Secrets).\n`,
  });
});

test('of an app without a compartment, it says so', async () => {
  const file = await write({ ...LOCKFILE, compartments: {}, notKnown: [] });
  expect(await ask('app/db')).toEqual({
    exitCode: 0,
    stdout: `As ${file} says:\nThe app has no compartment.\n`,
    stderr: '',
  });
  const page = await ask('app/db', '--html', '/dev/stdout');
  expect(page.stdout).toContain('<p>The app has no compartment.</p>');
});

test('-f json tells the same, for programs', async () => {
  await write(LOCKFILE);
  const { stdout } = await ask('app/db', 'env=prod', '-f', 'json', '--compartment', 'Dev/Secrets');
  const rest = { ...LOCKFILE.compartments['Dev/Secrets'], principals: undefined };
  const read = { principal: 'role Dev/Web', verb: 'read', answer: 'yes', table: [APP], key: [{}] };
  expect(JSON.parse(stdout)).toEqual({
    question: { name: 'app/db', context: { env: 'prod' } },
    compartments: [{ path: 'Dev/Secrets', ...rest, access: [read] }],
    notKnown: LOCKFILE.notKnown,
  });
});

test('finds the lockfile in a folder, beside a cloud assembly, and by its own name', async () => {
  const file = await write(LOCKFILE);
  const from = async (app: string) => (await runCli(['access', '--app', app], {})).stdout;
  const [first] = (await from(file)).split('\n');
  expect(first).toBe(`As ${file} says:`);
  expect(await from(folder)).toBe(await from(file));
  await write('{}', 'cdk.out/manifest.json');
  expect(await from(join(folder, 'cdk.out'))).toBe(await from(file));
});

test('without a lockfile, it says where it looked and what writes it', async () => {
  const missing = async (app: string) => (await runCli(['access', '--app', app], {})).stderr;
  const app = join(folder, 'app/cdk.out');
  const [inside, beside] = [app, dirname(app)].map((each) => join(each, 'credstash-access.json'));
  const advice =
    'Add the plugin CompartmentAccess to the app, and run `cdk synth`; or name the file with --app.';
  expect(await missing(app)).toBe(`There is no file ${inside} or ${beside}. ${advice}\n`);
  expect(await missing(`${folder}/x.json`)).toBe(`There is no file ${folder}/x.json. ${advice}\n`);
});

describe('a lockfile that was edited by hand, or is none, is refused:', () => {
  const prod = LOCKFILE.compartments['Prod/Secrets'];
  const withPrincipals = (principals: object) => ({
    ...LOCKFILE,
    compartments: { 'Prod/Secrets': { ...prod, principals } },
  });
  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /is not JSON\. Write it again with `cdk synth`, and do not edit it\.$/],
    ['an array', [], /wrote: it must be an object\./],
    ['null', 'null', /wrote: it must be an object\./],
    ['another file', { name: 'x' }, /wrote: "name" is not known\./],
    ['no version', { ...LOCKFILE, version: undefined }, /wrote: "version" must be 1\./],
    [
      'a later version',
      { ...LOCKFILE, version: 2, more: [] },
      /has version 2 of the lockfile's format, and this program reads version 1\. Install /,
    ],
    [
      'a compartment that is a text',
      { ...LOCKFILE, compartments: { a: 'b' } },
      /"compartments\/a"/,
    ],
    ['another verb', withPrincipals({ 'role a': { reed: {} } }), /role a\/reed" is not known/],
    [
      'names that are no array',
      withPrincipals({ r: { read: { table: [{ names: 'a' }] } } }),
      /table\[0\]\/names" must be an array/,
    ],
    [
      'a limit that is not known',
      withPrincipals({ r: { read: { table: [{ name: ['a'] }] } } }),
      /table\[0\]\/name" is not known/,
    ],
    [
      'an exception of another kind',
      withPrincipals({ r: { list: { table: [{ except: [1] }] } } }),
      /except\[0\]" must be an object/,
    ],
    [
      'a flag that is a text',
      { ...LOCKFILE, compartments: { a: { ...prod, bindsNames: 'no' } } },
      /bindsNames" must be true or false/,
    ],
  ])('%s', async (_, content, message) => {
    await write(content);
    const { exitCode, stdout, stderr } = await ask();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

test('--html writes a page in place of what was there, and prints nothing', async () => {
  await write(LOCKFILE);
  const page = await write('before', 'access.html');
  expect(await ask('--html', page)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(await readFile(page, 'utf8')).toMatch(
    /^<!doctype html>[^]*role<\/span> <bdi>Prod\/<wbr>Backup/,
  );
  expect((await stat(page)).mode & 0o777).toBe(0o600);
  expect((await ask('--html', '/nowhere/a.html')).stderr).toBe(
    "Can't write the file /nowhere/a.html (ENOENT).\n",
  );
});

test.each([
  [['app/*'], /^error: name one secret/],
  [[''], /^error: name one secret/],
  [['app/db', 'env'], /^error: .*key=value/],
  [['--html'], /argument missing/],
  [['--html', 'a.html', '-f', 'json'], /cannot be used with/],
])('access %j is a usage error', async (args, message) => {
  await write(LOCKFILE);
  const { exitCode, stderr } = await ask(...args);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(message);
});
