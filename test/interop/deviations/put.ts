import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { padVersion } from '../../../runtime/src/format/version.js';
import { connect, HOME, ours, pythons } from '../peers';
import type { Deviations } from './deviations';

const FILE = join(HOME, 'file');

export const OF_PUT: Deviations = {
  '`put`, version exists': async (pair) => {
    await pair.seed(['foo', 'bar'], ['foo', 'bar', { version: 5 }]);
    const { python, our } = await pair.run(['put', 'foo', 'new']);
    expect(python).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/conditional/) });
    expect(our).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'foo version 1 is already in the credential store. Use the -v flag to specify a new version (the latest is 5)\n',
    });
  },

  '`put -a`, after unpadded versions': async (pair) => {
    await pair.seed(['foo', 'padded', { version: 12 }]);
    await pair.storeSealed('foo', 'old', { version: '4' });
    const { python, our } = await pair.run(['put', '-a', 'foo', 'new']);
    expect(python.exitCode).toBe(0);
    expect(await connect(pair.python).versions('foo')).toContain(padVersion(5));
    expect(our).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^warning: foo has/) });
    expect(await connect(pair.our).versions('foo')).toContain(padVersion(13));
  },

  '`put -a`, at the same time': async (pair) => {
    const six = Array.from({ length: 6 }, (_, i) => ['put', '-a', 'foo', `v${i}`]);
    const theirs = () => Promise.all(six.map((args) => pythons(['-t', pair.python, ...args])));
    // Not every round has two that meet; ours must bear those that do.
    let lost = 0;
    for (let round = 0; round < 5 && lost === 0; round++) {
      lost = (await theirs()).filter(({ exitCode }) => exitCode === 1).length;
    }
    expect(lost).toBeGreaterThan(0);
    const outcomes = await Promise.all(six.map((args) => ours(['-t', pair.our, ...args])));
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual(six.map(() => 0));
    expect(await connect(pair.our).versions('foo')).toHaveLength(6);
  },

  '`put @file` with CRLF': async (pair) => {
    writeFileSync(FILE, 'a\r\nb\r\n');
    await pair.run(['put', 'foo', `@${FILE}`]);
    expect(await connect(pair.python).get('foo')).toBe('a\nb\n');
    expect(await connect(pair.our).get('foo')).toBe('a\r\nb\r\n');
  },

  '`put @file` that is binary': async (pair) => {
    const bytes = Buffer.from([0, 0xff, 0xfe]);
    writeFileSync(FILE, bytes);
    const { python, our } = await pair.run(['put', 'foo', `@${FILE}`]);
    expect(python.exitCode).not.toBe(0);
    expect(our.exitCode).toBe(0);
    expect(Buffer.from(await connect(pair.our).getBytes('foo'))).toEqual(bytes);
  },

  '`put -a`, the version': async (pair) => {
    await pair.seed(['foo', 'bar', { version: 7 }]);
    const { python, our } = await pair.run(['put', '-a', 'foo', 'new']);
    expect(python).toEqual({ exitCode: 0, stdout: 'foo has been stored\n', stderr: '' });
    expect(our).toEqual({ ...python, stderr: 'foo has version 8\n' });
  },

  '`put -Pv=3`': async (pair) => {
    await pair.run(['put', '-Pv=3', 'foo'], 'bar\n');
    const versions = (table: string) => connect(table).versions('foo');
    expect(await versions(pair.python)).toEqual([padVersion('=3')]);
    expect(await versions(pair.our)).toEqual([padVersion(3)]);
  },

  '`put -v`, not a number': async (pair) => {
    const { python, our } = await pair.run(['put', 'foo', 'bar', '-v', 'v1']);
    expect(python).toEqual({ exitCode: 0, stdout: 'foo has been stored\n', stderr: '' });
    expect(our).toEqual({
      ...python,
      stderr: expect.stringMatching(/^warning: version v1 is not/),
    });
  },

  '`put -v`, empty': async (pair) => {
    const { python, our } = await pair.run(['put', 'foo', 'bar', '-v', '']);
    expect(python).toEqual({ exitCode: 0, stdout: 'foo has been stored\n', stderr: '' });
    expect(await connect(pair.python).versions('foo')).toEqual([padVersion(0)]);
    expect(our).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/^A version is [^\n]*\n$/),
    });
  },

  '`put` without a value': async (pair) => {
    const { python, our } = await pair.run(['put', 'foo']);
    expect(python).toEqual({ exitCode: 0, stdout: 'foo has been stored\n', stderr: '' });
    expect(our).toEqual({ ...python, stderr: 'warning: foo gets an empty value\n' });
    expect(await connect(pair.our).get('foo')).toBe('');
  },

  '`put -`, an empty input': async (pair) => {
    const { python, our } = await pair.run(['put', 'foo', '-']);
    expect(python).toEqual({ exitCode: 0, stdout: 'foo has been stored\n', stderr: '' });
    expect(our).toEqual({ ...python, stderr: 'warning: standard input is empty\n' });
  },

  '`put -P`, no line or two': async (pair) => {
    for (const [name, input] of Object.entries({ none: '\n', two: 'a\nb\n' })) {
      const { python, our } = await pair.run(['put', '-P', name], input);
      expect(python.exitCode).toBe(0);
      expect(await connect(pair.python).get(name)).toBe(input.split('\n')[0]);
      expect(our).toMatchObject({ exitCode: 1, stdout: '' });
    }
    expect(await connect(pair.our).list()).toEqual([]);
  },

  "`put 'a*b'`": async (pair) => {
    const { python, our } = await pair.run(['put', 'a*b', 'x']);
    expect(python).toEqual({ exitCode: 0, stdout: 'a*b has been stored\n', stderr: '' });
    expect(our).toEqual({ ...python, stderr: 'warning: get takes the name a*b for a pattern\n' });
  },

  'context with a key twice': async (pair) => {
    const { python, our } = await pair.run(['put', 'foo', 'bar', 'env=a', 'env=b']);
    expect(python.exitCode).toBe(0);
    expect(await connect(pair.python).get('foo', { context: { env: 'b' } })).toBe('bar');
    expect(our).toMatchObject({ exitCode: 2, stdout: '' });
  },

  'context with a second `=`': async (pair) => {
    const { python, our } = await pair.run(['put', 'foo', 'bar', 'a=b=c']);
    expect(python.exitCode).toBe(2);
    expect(our.exitCode).toBe(0);
    expect(await connect(pair.our).get('foo', { context: { a: 'b=c' } })).toBe('bar');
  },
};
