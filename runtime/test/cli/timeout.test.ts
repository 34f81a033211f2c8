import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

import { Running } from './running.js';
import { Setting } from './setting.js';

let setting: Setting;

beforeAll(async () => {
  setting = await Setting.create();
});
afterEach(async () => {
  setting.aws.aws.clearFaults();
  await setting.deleteAll();
});
afterAll(() => setting.close());

describe('--timeout', () => {
  test('is the time of the whole command, not of each call', async () => {
    await setting.credstash.put('foo', 'bar');
    for (const action of ['Query', 'PutItem'].map((each) => `dynamodb:${each}`)) {
      setting.aws.aws.inject({ action, latency: 500 });
    }
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
      setting.aws.aws.inject({ action, latency: 500 });
    }
    const args = ['put', 'foo', 'other', '-a', '--if-changed', '--timeout', '2'];
    const { exitCode, stderr } = await setting.run(...args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/The command took longer than 2 s/);
  });

  test('ends a command whose credentials never come, and leaves none waiting for them', async () => {
    const pid = join(setting.folder, 'pid');
    const config = await setting.file(
      'config',
      `[default]\ncredential_process = sh -c "echo $$ >${pid}; exec sleep 60"\n`,
    );
    const env = { AWS_CONFIG_FILE: config, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    const { seconds, ...end } = await new Running(
      setting,
      ['get', 'foo', '--timeout', '2'],
      env,
    ).end();
    process.kill(Number(readFileSync(pid, 'utf8')));
    rmSync(pid);
    expect(end).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^[^\n]*longer than 2 s, while finding credentials\)\.\n$/),
    });
    expect(seconds).toBeLessThan(10);
  });

  test('ends a command whose role is never assumed', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
    const args = ['-n', 'arn:aws:iam::111122223333:role/reader', 'put', 'foo', 'bar'];
    expect(await new Running(setting, [...args, '--timeout', '1'], env).end()).toMatchObject({
      code: 1,
      stderr: 'The command took longer than 1 s. Nothing was stored.\n',
    });
    silent.close();
  });

  test('does not end the command of exec', async () => {
    await setting.credstash.put('foo', 'bar');
    const script = 'sleep 3; echo done';
    const args = ['exec', 'foo', '--timeout', '2', '--', 'sh', '-c', script];
    expect(await setting.run(...args)).toMatchObject({ exitCode: 0, stdout: 'done\n' });
  });
});
