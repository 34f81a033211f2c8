import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { chmod, link, lstat, open, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cliCommand } from '../../../demo/cli.js';
import { Setting } from './setting.js';

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
  await setting.credstash.put('a', '1');
});
afterAll(() => setting.close());

const shell = async (script: string) => {
  const env = { ...process.env, ...setting.env, credstash: cliCommand().flat().join(' ') };
  return promisify(execFile)('bash', ['-c', `cd ${setting.folder}; ${script}`], { env });
};

test('get and getall -o write a file of mode 0600, even over one that others could read', async () => {
  const path = await setting.file('out', 'a longer text that was there before');
  await chmod(path, 0o644);
  for (const [args, content] of [
    [['get', 'a'], '1\n'],
    [['get', 'a*', '-f', 'csv'], 'a,1\n'],
    [['getall', '-f', 'csv'], 'a,1\n\n'],
  ] as const) {
    expect(await setting.run(...args, '-o', path)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await readFile(path, 'utf8')).toBe(content);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  }
  const fresh = `${path}.new`;
  await setting.run('getall', '-o', fresh);
  expect((await stat(fresh)).mode & 0o777).toBe(0o600);
  expect(await setting.run('getall', '-o', '/nowhere/out')).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: "Can't write the file /nowhere/out (ENOENT).\n",
  });
});

describe('get -o', () => {
  test('replaces a link, and leaves what it leads to', async () => {
    const target = await setting.file('target', 'kept');
    const path = join(setting.folder, 'link');
    await symlink(target, path);
    await setting.run('get', 'a', '-o', path);
    expect(await readFile(target, 'utf8')).toBe('kept');
    expect((await lstat(path)).isFile()).toBe(true);
    expect(await readFile(path, 'utf8')).toBe('1\n');
  });

  test('shows nothing to who has another link to the file, or has it open', async () => {
    const path = await setting.file('shared', 'kept');
    await link(path, `${path}.hard`);
    const opened = await open(path, 'r+');
    await setting.run('get', 'a', '-o', path);
    expect(await readFile(`${path}.hard`, 'utf8')).toBe('kept');
    expect(await opened.readFile('utf8')).toBe('kept');
    await opened.close();
    expect(await readFile(path, 'utf8')).toBe('1\n');
  });

  test('writes to a pipe', async () => {
    const { stdout } = await shell('mkfifo fifo; $credstash get a -o fifo & cat fifo; wait');
    expect(stdout).toBe('1\n');
    expect((await shell('$credstash get a -o /dev/stdout | cat')).stdout).toBe('1\n');
    expect((await setting.run('get', 'a', '-o', '/dev/stdout')).stdout).toBe('1\n');
    expect((await stat(join(setting.folder, 'fifo'))).isFIFO()).toBe(true);
  });

  // Only root can make a pipe of another user's.
  (process.getuid?.() === 0 ? test : test.skip)("refuses another user's pipe", async () => {
    await shell('mkfifo theirs; chown 65534 theirs');
    const path = join(setting.folder, 'theirs');
    const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    expect(await setting.run('get', 'a', '-o', path)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `Can't write the file ${path} (EPERM).\n`,
    });
    expect(await reader.readFile('utf8')).toBe('');
    await reader.close();
  });

  test('writes to an open descriptor, and does not replace its path', async () => {
    await shell('{ echo before; $credstash get a -o /dev/stdout; } > both');
    expect(await readFile(join(setting.folder, 'both'), 'utf8')).toBe('before\n1\n');
    await shell('$credstash get a -o /dev/fd/7 7> seventh');
    expect(await readFile(join(setting.folder, 'seventh'), 'utf8')).toBe('1\n');
    expect((await lstat('/dev/stdout')).isSymbolicLink()).toBe(true);
  });

  test('leaves no temporary file, even if it fails', async () => {
    const { stderr } = await setting.run('get', 'a', '-o', setting.folder);
    expect(stderr).toBe(`Can't write the file ${setting.folder} (EISDIR).\n`);
    await expect(shell("$credstash get a -o ''")).rejects.toMatchObject({ code: 1 });
    expect((await readdir(setting.folder)).filter((name) => /^\.credstash-/.test(name))).toEqual(
      [],
    );
  });
});

test('setup --save-kms-region replaces ~/.credstash in one step', async () => {
  const path = await setting.file('.credstash', '{"kms-region": "us-west-2", "other": 1}');
  await link(path, `${path}.read`);
  await setting.run('setup', '--save-kms-region', 'us-east-1');
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ 'kms-region': 'us-east-1', other: 1 });
  // A reader that had opened it before still reads all of it.
  expect(await readFile(`${path}.read`, 'utf8')).toMatch(/us-west-2/);
});
