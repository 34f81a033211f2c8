import { parse } from 'yaml';

import { padVersion } from '../../../runtime/src/format/version.js';
import { ours, pythons } from '../peers';
import type { Deviations } from './deviations';

/** A process that had to be killed. */
const HANGS = 124;

export const OF_GET: Deviations = {
  '`get -v`, not a number': async (pair) => {
    await pair.seed(['foo', 'bar', { version: 'v1' }]);
    const { python, our } = await pair.run(['get', 'foo', '-v', 'v1']);
    expect(python).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/invalid literal/) });
    expect(our).toEqual({ exitCode: 0, stdout: 'bar\n', stderr: '' });
  },

  '`get -v`, an unpadded version': async (pair) => {
    await pair.storeSealed('foo', 'old', { version: '4' });
    const { python, our } = await pair.run(['get', 'foo', '-v', '4']);
    expect(python).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/couldn't be/) });
    expect(our).toEqual({ exitCode: 0, stdout: 'old\n', stderr: '' });
  },

  '`get`, HMAC does not match': async (pair) => {
    await pair.storeSealed('foo', 'v', { version: padVersion(1), hmac: '00'.repeat(32) });
    const { python, our } = await pair.run(['get', 'foo']);
    const text = (name: string) =>
      `INTEGRITY ERROR: Computed HMAC on ${name} does not match stored HMAC\n`;
    expect(python).toEqual({ exitCode: 1, stdout: '', stderr: text('%s') });
    expect(our).toEqual({ exitCode: 1, stdout: '', stderr: text('foo') });
  },

  "`get 'app.*'`, `.` and others": async (pair) => {
    await pair.seed(['app.a', '1'], ['app-x', '2']);
    const { python, our } = await pair.run(['get', 'app.*']);
    expect(JSON.parse(python.stdout)).toEqual({ 'app.a': '1', 'app-x': '2' });
    expect(JSON.parse(our.stdout)).toEqual({ 'app.a': '1' });
  },

  "`get '[*'`": async (pair) => {
    await pair.seed(['[a', '1']);
    const { python, our } = await pair.run(['get', '[*']);
    expect(python.exitCode).not.toBe(0);
    expect(JSON.parse(our.stdout)).toEqual({ '[a': '1' });
  },

  "`get` of a pattern, some can't be read": async (pair) => {
    await pair.seed(['a', '1'], ['ab', '2', { context: { env: 'prod' } }]);
    const { python, our } = await pair.run(['get', 'a*']);
    expect(python).toMatchObject({ exitCode: 1, stdout: '' });
    expect(our.exitCode).toBe(1);
    expect(JSON.parse(our.stdout)).toEqual({ a: '1' });
    expect(our.stderr).toMatch(/^ab: KMS ERROR: .*\n$/);
  },

  "`getall`, some can't be read": async (pair) => {
    await pair.seed(['a', '1'], ['b', '2', { context: { env: 'prod' } }]);
    const [python, our] = await Promise.all([
      pythons(['-t', pair.python, 'getall'], '', { timeout: 10_000 }),
      ours(['-t', pair.our, 'getall']),
    ]);
    expect(python.exitCode).toBe(HANGS);
    expect(our.exitCode).toBe(1);
    expect(JSON.parse(our.stdout)).toEqual({ a: '1' });
    expect(our.stderr).toMatch(/^b: KMS ERROR: .*\n$/);
  },

  '`csv`, `dotenv`, order': async (pair) => {
    const names = Array.from('jhgfedcba');
    await pair.seed(...names.map((name) => [name, name] as const));
    const sorted = [...names].sort().map((name) => `${name},${name}\n`);
    const orders = new Set<string>();
    for (let seed = 1; seed <= 4; seed++) {
      const env = { PYTHONHASHSEED: String(seed) };
      const args = ['-t', pair.python, 'getall', '-f', 'csv'];
      orders.add((await pythons(args, '', { env })).stdout);
    }
    expect(orders.size).toBeGreaterThan(1);
    for (const order of orders)
      expect(order.trim().split('\n').sort()).toEqual(sorted.map((line) => line.trim()));
    expect((await ours(['-t', pair.our, 'getall', '-f', 'csv'])).stdout).toBe(
      `${sorted.join('')}\n`,
    );
  },

  "`dotenv`, `'` in a value": async (pair) => {
    await pair.seed(['foo', "it's $HOME"]);
    const { python, our } = await pair.run(['get', 'foo*', '-f', 'dotenv']);
    expect(python.stdout).toBe("FOO='it's $HOME'\n");
    expect(our.stdout).toBe("FOO='it'\\''s $HOME'\n");
  },

  '`dotenv`, an unsafe name': async (pair) => {
    await pair.seed(['a;id', 'x']);
    const { python, our } = await pair.run(['get', 'a*', '-f', 'dotenv']);
    expect(python).toEqual({ exitCode: 0, stdout: "A;ID='x'\n", stderr: '' });
    expect(our).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'a;id: its name is unsafe in a dotenv file\n',
    });
  },

  '`yaml`, quoting': async (pair) => {
    const value = `${'long words '.repeat(12)}ä`;
    await pair.seed(['foo', value], ['multi', 'a\nb\n'], ['yes', 'no']);
    const { python, our } = await pair.run(['getall', '-f', 'yaml']);
    expect(parse(python.stdout)).toEqual({ foo: value, multi: 'a\nb\n', yes: 'no' });
    expect(parse(our.stdout)).toEqual(parse(python.stdout));
    expect(python.stdout).toContain('\\xE4');
    expect(our.stdout).toContain('ä');
  },
};
