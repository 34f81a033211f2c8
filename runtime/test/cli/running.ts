import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import { cliCommand } from '../../../demo/cli.js';
import type { Setting } from './setting.js';

/** A command under way, whose standard input stays open. */
export class Running {
  stdout = '';
  stderr = '';
  readonly child;

  constructor(setting: Setting, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const variables = { ...process.env, ...setting.env, ...env };
    this.child = spawn(...cliCommand(...args), { env: variables });
    this.child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
  }

  /** Wait until it is in the middle of its work. */
  async until(isThere: () => boolean): Promise<this> {
    while (!isThere()) await setTimeout(20);
    return this;
  }

  /** Send a signal, and see how it ends. */
  async end(signal?: NodeJS.Signals) {
    const closed = once(this.child, 'exit') as Promise<[number | null, string | null]>;
    const start = performance.now();
    if (signal) this.child.kill(signal);
    const [code, by] = await closed;
    await setTimeout(50);
    const { stdout, stderr } = this;
    return { code, by, stdout, stderr, seconds: (performance.now() - start) / 1000 };
  }
}
