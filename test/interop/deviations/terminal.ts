import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { cliCommand } from '../../../demo/cli';
import { shellQuoted } from '../../../runtime/src/cli/output/formats.js';
import { python } from '../install';
import type { Pair } from '../pair';
import { ENV, HOME } from '../peers';
import type { Deviations } from './deviations';

/** What a terminal shows of a command on both sides, but for standard error. */
async function onTerminal(pair: Pair, ...args: string[]) {
  const run = async (...words: string[]) => {
    const command = `${words.map(shellQuoted).join(' ')} 2> /dev/null`;
    const { stdout } = await promisify(execFile)(
      'script',
      ['--quiet', '--return', '--command', command, '/dev/null'],
      { env: { PATH: process.env.PATH, ...ENV, HOME, PYTHONIOENCODING: 'utf8' }, cwd: HOME },
    );
    return stdout.replaceAll('\r\n', '\n');
  };
  return {
    python: await run(python('credstash'), '-t', pair.python, ...args),
    our: await run(...cliCommand('-t', pair.our, ...args).flat()),
  };
}

export const OF_TERMINAL: Deviations = {
  'on a terminal, control characters': async (pair) => {
    await pair.seed(['foo', 'bar', { comment: '\x1b[2J' }]);
    const { python, our } = await onTerminal(pair, 'list');
    expect(python).toBe('foo -- version 0000000000000000001 -- comment \x1b[2J\n');
    expect(our).toBe('foo -- version 0000000000000000001 -- comment \\u001b[2J\n');
  },

  'on a terminal, `get` of a pattern': async (pair) => {
    await pair.seed(['foo', 'bar']);
    const { python, our } = await onTerminal(pair, 'get', 'f*');
    expect(python).toBe('{\n    "foo": "bar"\n}');
    expect(our).toBe(`${python}\n`);
  },
};
