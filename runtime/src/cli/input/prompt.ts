import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

import { CredstashError } from '../../errors.js';
import { interrupt, interrupted } from '../output/interruption.js';
import { shown } from '../output/terminal.js';

/** How long to wait for the other lines of a paste. */
const PASTE_MS = 100;

/**
 * Prompt for a value, without echo: one line that is not empty.
 *
 * @throws Interruption after Ctrl-C
 * @throws ERR_INVALID_ARGUMENT if it is not such a line, or is not UTF-8
 */
export async function promptValue(name: string): Promise<Uint8Array> {
  const { stdin, stderr } = process;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const typing = createInterface({ input: stdin, output: nowhere, terminal: stdin.isTTY });
  const lines: string[] = [];
  typing.on('line', (line) => {
    lines.push(line);
    setTimeout(() => typing.close(), PASTE_MS);
  });
  stderr.write(`${shown(name, stderr)}: `);
  typing.on('SIGINT', () => interrupt('SIGINT'));
  interrupted.addEventListener('abort', () => typing.close());
  await once(typing, 'close');
  interrupted.throwIfAborted();
  stderr.write('\n');
  const [value = '', ...more] = [...lines, ...(typing.line ? [typing.line] : [])];
  if (value === '') throw unusable("Nothing was typed. For an empty value, give ''.");
  if (more.length > 0) {
    throw unusable('More than one line was typed: give such a value as @file or - instead of -P.');
  }
  if (value.includes('\ufffd')) throw unusable('What was typed is not UTF-8.');
  return Buffer.from(value);
}

function unusable(reason: string): CredstashError {
  return new CredstashError('ERR_INVALID_ARGUMENT', `${reason} Nothing was stored.`);
}
