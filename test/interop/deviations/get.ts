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

  '`dotenv`, `/`, `.`, `:`, `-` in a name': async (pair) => {
    await pair.seed(['app/db.password', 'x']);
    const { python, our } = await pair.run(['getall', '-f', 'dotenv']);
    expect(python).toEqual({ exitCode: 0, stdout: "APP/DB.PASSWORD='x'\n\n", stderr: '' });
    expect(our).toEqual({ exitCode: 0, stdout: "APP_DB_PASSWORD='x'\n\n", stderr: '' });
  },

  '`dotenv`, an unsafe name': async (pair) => {
    await pair.seed(['a;id', 'x'], ['ld preload', 'y']);
    const { python, our } = await pair.run(['getall', '-f', 'dotenv']);
    expect(python.exitCode).toBe(0);
    expect(python.stdout.trim().split('\n').sort()).toEqual(["A;ID='x'", "LD PRELOAD='y'"]);
    expect(our).toEqual({
      exitCode: 1,
      stdout: '\n',
      stderr: [
        "a;id: its name can't become the name of an environment variable\n",
        'ld preload: its variable LD_PRELOAD can make programs run something else; only exec --map sets it\n',
      ].join(''),
    });
  },

  "`dotenv`, `'` in a value": async (pair) => {
    await pair.seed(['foo', "it's"]);
    const { python, our } = await pair.run(['get', 'foo*', '-f', 'dotenv']);
    expect(python.stdout).toBe("FOO='it's'\n");
    expect(our).toEqual({ exitCode: 0, stdout: 'FOO="it\'s"\n', stderr: '' });
  },

  '`dotenv`, a value that readers disagree on': async (pair) => {
    await pair.seed(['foo', "it's ${HOME}\r"]);
    const { python, our } = await pair.run(['get', 'foo*', '-f', 'dotenv']);
    expect(python).toEqual({ exitCode: 0, stdout: "FOO='it's ${HOME}\r'\n", stderr: '' });
    expect(our).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: "foo: readers of dotenv files wouldn't agree on its value; use -f shell or json\n",
    });
  },

  '`yaml`, quoting': async (pair) => {
    const value = `${'long words '.repeat(12)}ä`;
    await pair.seed(['foo', value], ['multi', 'a\nb\n'], ['yes', 'no'], ['number', '0o17']);
    const { python, our } = await pair.run(['getall', '-f', 'yaml']);
    const secrets = { foo: value, multi: 'a\nb\n', yes: 'no', number: '0o17' };
    expect(parse(python.stdout)).toEqual({ ...secrets, number: 15 });
    expect(parse(our.stdout)).toEqual(secrets);
    expect(our.stdout).toContain(`"foo": "${value}"\n`);
  },
};
