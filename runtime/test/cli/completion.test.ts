import { execFile, spawnSync } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Setting } from './setting.js';

let setting: Setting;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  setting = await Setting.create();
  env = await setting.shellEnv();
});
afterEach(async () => {
  setting.aws.aws.clearFaults();
  await setting.deleteAll();
});
afterAll(() => setting.close());

type Shell = 'bash' | 'zsh' | 'fish';

/** What the shell offers for the last word of a line. */
const OFFERS: Readonly<Record<Shell, (line: string, flags: string) => string>> = {
  bash: (line, flags) => `eval "$(credstash completion bash ${flags})"
    COMP_LINE=${quoted(line)} COMP_POINT=${line.length} COMP_WORDS=(${line}) ${line.endsWith(' ') ? "COMP_WORDS+=('')" : ''}
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _credstash; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (line, flags) => `compdef() {}; compadd() { shift; print -rl -- "$@" }
    eval "$(credstash completion zsh ${flags})"
    words=("\${(@s: :):-${line}}") CURRENT=$#words PREFIX=$words[-1]; _credstash`,
  fish: (line, flags) => `credstash completion fish ${flags} | source; complete -C ${quoted(line)}`,
};

const quoted = (text: string) => `'${text}'`;

async function offered(shell: Shell, line: string, flags = '--names'): Promise<string[]> {
  const args = [...(shell === 'zsh' ? ['-f'] : []), '-c', OFFERS[shell](line, flags)];
  const { stdout } = await promisify(execFile)(shell, args, { env, cwd: setting.folder });
  // fish gives a description, too; zsh itself leaves out what does not fit.
  const words = stdout.split('\n').map((each) => each.replace(/\t.*/, ''));
  const word = line.split(' ').at(-1) ?? '';
  return words.filter((each) => each !== '' && (shell !== 'zsh' || each.startsWith(word)));
}

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

describe.each(SHELLS)('the script of completion %s', (shell) => {
  const isInstalled = spawnSync(shell, ['-c', 'exit']).status === 0;
  const inShell = isInstalled ? test : test.skip;

  test('names the commands and their flags, but none that is hidden', async () => {
    const { stdout } = await setting.run('completion', shell);
    for (const word of ['history', 'migrate-versions', 'noline', 'save-kms-region']) {
      expect(stdout).toContain(word);
    }
    expect(stdout).not.toContain('complete-names');
  });

  inShell('completes commands and flags', async () => {
    expect(await offered(shell, 'credstash geta', '')).toEqual(['getall']);
    expect(await offered(shell, 'credstash get --nol', '')).toEqual(['--noline']);
    expect(await offered(shell, 'credstash -p x put --auto', '')).toEqual(['--autoversion']);
  });

  inShell('completes the names of secrets only with --names', async () => {
    await setting.credstash.putAll({ 'app/a': 's3cr3t', 'app/b': 's3cr3t', c: 's3cr3t' });
    await setting.credstash.put('app/b', 's3cr3t', { version: 2 });
    expect(await offered(shell, 'credstash get app/')).toEqual(['app/a', 'app/b']);
    setting.aws.takeCalls();
    expect(await offered(shell, 'credstash get app/', '')).toEqual([]);
    expect(setting.aws.takeCalls()).toEqual([]);
  });

  inShell('takes the compartment from the flags on the line', async () => {
    const line = 'credstash --compartment prod get -f json ap';
    await setting.run('--compartment', 'prod', 'put', 'app/prod', 'x');
    expect(await offered(shell, line)).toEqual(['app/prod']);
    await setting.run('--compartment', 'prod', 'delete', 'app/prod');
  });

  inShell('offers no name in which a shell would run or expand a part', async () => {
    for (const name of [
      'a$(touch ran)',
      'a`touch ran`',
      'a;touch${IFS}ran',
      'a b',
      'a*',
      'a~',
      'a',
    ]) {
      await setting.credstash.put(name, 'x');
    }
    expect(await offered(shell, 'credstash get a')).toEqual(['a']);
    await expect(access(join(setting.folder, 'ran'))).rejects.toThrow('ENOENT');
  });
});

test('bash completes a name with colons, at which it ends words', async () => {
  await setting.credstash.put('app:db:password', 'x');
  expect(await offered('bash', 'credstash get app:db:p')).toEqual(['password']);
});

describe('complete-names', () => {
  const names = async (...before: string[]) => {
    const { stdout } = await setting.run('complete-names', '--', 'a', ...before);
    return stdout.trimEnd();
  };

  test('completes the arguments that are names, and makes no call for any other', async () => {
    await setting.credstash.putAll({ a: 'x', b: 'x' });
    for (const before of [['get'], ['history'], ['exec', 'b'], ['list', 'b'], ['put', '-a']]) {
      expect([before, await names(...before)]).toEqual([before, 'a']);
    }
    setting.aws.takeCalls();
    for (const before of [[], ['get', 'b'], ['exec', 'b', '--'], ['get', '-v'], ['completion']]) {
      expect([before, await names(...before)]).toEqual([before, '']);
    }
    expect(setting.aws.takeCalls()).toEqual([]);
  });

  test('gives up after two seconds', async () => {
    await setting.credstash.put('a', 'x');
    setting.aws.aws.inject({ action: 'dynamodb:Scan', latency: 10_000 });
    const start = performance.now();
    expect(await names('get')).toBe('');
    expect(performance.now() - start).toBeLessThan(8000);
  });
});
