import { execFile, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { runCli, type Outcome } from '../../demo/cli';
import type { FaultProxy } from '../../testbed/fault-proxy';
import { ASSEMBLY, CDK } from './assembly';
import { python } from './install';
import { startMoto } from './moto';
import { connection, ENV } from './peers';

const ROOT = join(__dirname, '../..');

/** A new AWS account, in a moto of its own, and the programs of somebody who deploys to it. */
export class Account {
  private constructor(
    private readonly moto: ChildProcess,
    readonly endpoint: string,
    /** A folder of their own. */
    readonly home: string,
  ) {}

  static async start(): Promise<Account> {
    const { moto, endpoint } = await startMoto();
    return new Account(moto, endpoint, await mkdtemp(join(tmpdir(), 'credstash-account-')));
  }

  async stop(): Promise<void> {
    // It takes its time over anything milder.
    this.moto.kill('SIGKILL');
    await rm(this.home, { recursive: true });
  }

  /** What a client of the account is made with. */
  connection() {
    return connection(this.endpoint);
  }

  /** Run cdk on the project's own app, as it was synthesized, and give what it says. */
  cdk(...args: string[]): Promise<string> {
    return this.run(process.execPath, [CDK, ...args, '--no-notices', '--app', ASSEMBLY]);
  }

  /** Deploy all stacks of an app, as it was synthesized to a folder. */
  async deploy(assembly: string): Promise<void> {
    // In a change set, moto knows no export of another stack.
    const deploy = ['deploy', '--all', '--require-approval', 'never', '--method', 'direct'];
    await this.run(process.execPath, [CDK, ...deploy, '--no-notices', '--app', assembly]);
  }

  /** Run the AWS CLI, and give what it says. */
  aws(...args: string[]): Promise<string> {
    return this.run(python('aws'), args);
  }

  /** Run our CLI. */
  credstash(...args: string[]): Promise<Outcome> {
    return runCli(args, this.env());
  }

  /** Run our CLI through a proxy, and kill it when a call was struck. */
  async credstashVia(
    { endpoint, signal }: Pick<FaultProxy, 'endpoint' | 'signal'>,
    ...args: string[]
  ) {
    return runCli(args, { ...this.env(), AWS_ENDPOINT_URL: endpoint }, '', signal);
  }

  /** Forget everything that was made. */
  async reset(): Promise<void> {
    await fetch(`${this.endpoint}/moto-api/reset`, { method: 'POST' });
  }

  private async run(program: string, args: string[]): Promise<string> {
    const env = { PATH: process.env.PATH, ...this.env(), CDK_DISABLE_CLI_TELEMETRY: 'true' };
    const child = await promisify(execFile)(program, args, { cwd: ROOT, env, timeout: 100_000 });
    return child.stdout + child.stderr;
  }

  /** The environment of a program that calls the account. */
  env(): NodeJS.ProcessEnv {
    const { endpoint, home } = this;
    return { ...ENV, AWS_ENDPOINT_URL: endpoint, HOME: home, AWS_EC2_METADATA_DISABLED: 'true' };
  }
}
