import { execFile } from 'node:child_process';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Setting } from './setting.js';

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
  await setting.credstash.put('foo', 'bar');
});
afterAll(() => setting.close());

(process.getuid?.() === 0 ? test : test.skip)(
  'get and exec work without HOME, as a user whom the system does not know',
  async () => {
    const env = { ...(await setting.shellEnv()), HOME: undefined };
    // That user may not be able to read the folder of the project.
    await chmod(setting.folder, 0o755);
    const program = await readFile(join(setting.folder, 'credstash'));
    const file = await setting.file('program', program);
    await chmod(file, 0o755);
    const options = { env, uid: 54321, cwd: '/' };
    const run = async (...args: string[]) => promisify(execFile)(file, args, options);
    expect(await run('get', 'foo')).toEqual({ stdout: 'bar\n', stderr: '' });
    expect((await run('exec', 'foo', '--', 'printenv', 'FOO')).stdout).toBe('bar\n');
  },
);
