import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { padVersion } from '../../../runtime/src/format/version.js';
import { TestAws } from '../../../testbed/test-aws';
import { connect, HOME, ours, pythons } from '../peers';
import type { Deviations } from './deviations';

const FILE = join(HOME, 'log');

export const OF_OTHERS: Deviations = {
  '`putall`, default version': async (pair) => {
    await pair.run(['putall', '{"a": "1"}']);
    const versions = (table: string) => connect(table).versions('a');
    expect(await versions(pair.python)).toEqual([padVersion(0)]);
    expect(await versions(pair.our)).toEqual([padVersion(1)]);
  },

  '`putall`, some fail': async (pair) => {
    await pair.seed(['b', 'old', { version: 3 }]);
    const { python, our } = await pair.run(['putall', '{"a": "1", "b": "2"}', '-v', '3']);
    expect(python).toMatchObject({ exitCode: 0, stdout: 'a has been stored\n' });
    expect(our).toEqual({
      exitCode: 1,
      stdout: 'a has been stored\n',
      stderr: expect.stringMatching(/^b: b version 3 is already in the credential store\./),
    });
  },

  '`putall`, a value that is not a string': async (pair) => {
    const { python, our } = await pair.run(['putall', '{"a": "1", "b": 2, "c": "3"}', '-v', '1']);
    expect(python.exitCode).toBe(0);
    expect((await connect(pair.python).list()).map(({ name }) => name)).toEqual(['a', 'c']);
    expect(our).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'The secrets are malformed JSON: the value of "b" must be a string (got number). Nothing was stored.\n',
    });
    expect(await connect(pair.our).list()).toEqual([]);
  },

  '`putall`, a name twice': async (pair) => {
    const { python, our } = await pair.run(['putall', '{"a": "1", "a": "2"}', '-v', '1']);
    expect(python.exitCode).toBe(0);
    expect(await connect(pair.python).get('a')).toBe('2');
    expect(our).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'The secrets are malformed JSON: "a" is given twice. Nothing was stored.\n',
    });
  },

  '`putall`, no secrets': async (pair) => {
    const { python, our } = await pair.run(['putall', '{}']);
    expect(python).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(our).toEqual({ exitCode: 1, stdout: '', stderr: 'There is nothing to store.\n' });
  },

  '`putall`, a byte order mark': async (pair) => {
    const { python, our } = await pair.run(['putall', '-', '-v', '1'], '\ufeff{"a": "1"}');
    expect(python.exitCode).toBe(1);
    expect(our).toEqual({ exitCode: 0, stdout: 'a has been stored\n', stderr: '' });
  },

  '`delete`, nothing there': async (pair) => {
    const { python, our } = await pair.run(['delete', 'foo']);
    expect(python).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(our).toEqual({ exitCode: 0, stdout: '', stderr: 'foo has no versions to delete\n' });
  },

  'no table': async () => {
    const [python, our] = await Promise.all(
      [pythons, ours].map((run) => run(['-t', 'nowhere', 'get', 'foo'])),
    );
    expect(python).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^An error/) });
    expect(our?.exitCode).toBe(1);
    expect(our?.stderr).toMatch(/nowhere in us-east-1.*cdk deploy/);
  },

  'no permission': async () => {
    const aws = await TestAws.start();
    const env = await aws.env('reader');
    const python = await pythons(['put', 'foo', 'x'], '', { env });
    const our = await ours(['put', 'foo', 'x'], '', env);
    await aws.aws.stop();
    expect(python).toMatchObject({ exitCode: 1, stdout: '' });
    expect(python.stderr).toMatch(/^KMS ERROR: Could not generate key .*AccessDenied[^\n]*\n$/);
    expect(our).toMatchObject({ exitCode: 1, stdout: '' });
    expect(our.stderr).toMatch(
      /^KMS ERROR: Could not generate key .*AccessDenied.*The write grant/,
    );
  },

  '`put -d SHA` or `MD5`': async (pair) => {
    for (const digest of ['SHA', 'MD5']) {
      const { python, our } = await pair.run(['put', digest, 'x', '-d', digest]);
      expect(python).toEqual({ exitCode: 0, stdout: `${digest} has been stored\n`, stderr: '' });
      expect(our).toEqual({ ...python, stderr: expect.stringMatching(/^warning: .* is weak/) });
    }
  },

  '`AWS_REGION`': async (pair) => {
    await pair.seed(['foo', 'bar']);
    const env = { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'eu-west-1' };
    const python = await pythons(['-t', pair.python, 'get', 'foo'], '', { env });
    const our = await ours(['-t', pair.our, 'get', 'foo'], '', env);
    expect(python.exitCode).toBe(1);
    expect(our).toEqual({ exitCode: 0, stdout: 'bar\n', stderr: '' });
  },

  'flags after the command': async (pair) => {
    await pair.seed(['foo', 'bar']);
    expect((await pythons(['get', 'foo', '-t', pair.python])).exitCode).toBe(2);
    expect((await ours(['get', 'foo', '-t', pair.our])).stdout).toBe('bar\n');
  },

  '`--log-file`': async (pair) => {
    const written = join(HOME, 'credstash.log');
    rmSync(written, { force: true });
    await ours(['-t', pair.our, 'get', 'foo']);
    expect(existsSync(written)).toBe(false);
    await pythons(['-t', pair.python, 'list']);
    expect(existsSync(written)).toBe(true);
    await ours(['-t', 'nowhere', '--log-file', FILE, '--log-level', 'ERROR', 'get', 'foo']);
    expect(readFileSync(FILE, 'utf8')).toMatch(/ ERROR AwsError: .*nowhere/);
  },

  '`setup`': async () => {
    const id = randomUUID();
    const setUp = [
      'setup',
      '-k',
      `alias/${id}`,
      '--read-policy',
      `r-${id}`,
      '--write-policy',
      `w-${id}`,
    ];
    const python = await pythons(['-t', `python-${id}`, 'setup']);
    const our = await ours(['-t', `our-${id}`, ...setUp]);
    for (const { exitCode, stdout } of [python, our]) {
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/Creating table\.\.\.\nWaiting for table to be created\.\.\.\n/);
    }
    expect(our.stdout).toMatch(/create {5}key of alias\/.*Creating key\.\.\./s);
    expect(python.stdout).not.toMatch(/Creating key/);

    // Each finds the table of the other.
    const again = await pythons(['-t', `our-${id}`, 'setup']);
    const adopting = await ours(['-t', `python-${id}`, ...setUp.slice(0, 3), '--dry-run']);
    for (const { exitCode, stdout } of [again, adopting]) {
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^Credential Store table already exists$/m);
    }
  },

  '`put -P` with a context': async (pair) => {
    const { our } = await pair.run(['put', '-P', 'foo', 'env=prod'], 'typed\n');
    expect(our.exitCode).toBe(0);
    expect(await connect(pair.our).get('foo', { context: { env: 'prod' } })).toBe('typed');
    expect(await connect(pair.python).get('foo')).toBe('typed');
  },
};
