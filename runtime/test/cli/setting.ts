import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { linkCli, runCli, type Outcome } from '../../../demo/cli.js';
import { TestAws } from '../../../testbed/test-aws.js';
import { Credstash, DynamoDbStore, KmsKeyService } from '../../src/index.js';
import { sealItem } from '../../src/format/item.js';

/** What the tests of the CLI run in: an AWS, the compartments `default` and `prod`, and a folder. */
export class Setting {
  private constructor(
    readonly aws: TestAws,
    readonly env: NodeJS.ProcessEnv,
    readonly folder: string,
    readonly credstash: Credstash,
  ) {}

  static async create(): Promise<Setting> {
    const aws = await TestAws.start({ compartments: ['prod'] });
    const folder = await mkdtemp(join(tmpdir(), 'credstash-cli-'));
    const env = { ...(await aws.env()), HOME: folder };
    return new Setting(aws, env, folder, new Credstash(aws.clients()));
  }

  /** The environment of a shell that finds `credstash`. */
  async shellEnv(): Promise<NodeJS.ProcessEnv> {
    await linkCli(this.folder);
    return { ...process.env, ...this.env, PATH: `${this.folder}:${process.env.PATH}` };
  }

  /** Run the CLI as the administrator. */
  readonly run = (...args: string[]): Promise<Outcome> => runCli(args, this.env);

  /** Run the CLI with a standard input. */
  readonly pipe = (input: string | Uint8Array, ...args: string[]): Promise<Outcome> =>
    runCli(args, this.env, input);

  /** Write a file, and give its path. */
  async file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content);
    return path;
  }

  /** Store a secret under a version that is not padded, as old clients did. */
  async storeUnpadded(name: string, version: string): Promise<DynamoDbStore> {
    const { dynamodb, kms } = this.aws.clients();
    const keyService = new KmsKeyService(kms, 'alias/credstash', undefined);
    const dataKey = await keyService.generateDataKey({});
    const item = sealItem({ name, version }, Buffer.from('old'), dataKey, { digest: 'SHA256' });
    const store = new DynamoDbStore(dynamodb, 'credential-store');
    await store.putIfAbsent(item);
    return store;
  }

  async deleteAll(): Promise<void> {
    for (const { name } of await this.credstash.list()) await this.credstash.delete(name);
  }

  async close(): Promise<void> {
    await this.aws.aws.stop();
    await rm(this.folder, { recursive: true });
  }
}
