import { randomUUID } from 'node:crypto';

import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Outcome } from '../../demo/cli';
import { KmsKeyService } from '../../runtime/src/index.js';
import { sealItem } from '../../runtime/src/format/item.js';
import { connect, createTable, dynamodb, kms, ours, pythons } from './peers';

/** Two tables with the same items: one for Python, one for us. */
export class Pair {
  private constructor(
    readonly python: string,
    readonly our: string,
  ) {}

  static async create(): Promise<Pair> {
    const id = randomUUID();
    return new Pair(await createTable(`python-${id}`), await createTable(`our-${id}`));
  }

  /** Put the same secrets in both. */
  async seed(...secrets: (readonly [name: string, value: string, options?: object])[]) {
    for (const table of [this.python, this.our]) {
      for (const [name, value, options] of secrets) await connect(table).put(name, value, options);
    }
  }

  /** Store an item in both as it is, which need not be one that opens. */
  async store(item: Record<string, string>) {
    const Item = Object.fromEntries(Object.entries(item).map(([key, S]) => [key, { S }]));
    for (const TableName of [this.python, this.our]) {
      await dynamodb.send(new PutItemCommand({ TableName, Item }));
    }
  }

  /** Seal a value, and store it in both under attributes that no client of today would give it. */
  async storeSealed(name: string, value: string, attributes: Record<string, string>) {
    const keyService = new KmsKeyService(kms, 'alias/credstash', undefined);
    const dataKey = await keyService.generateDataKey({});
    const item = sealItem({ name, version: '' }, Buffer.from(value), dataKey, { digest: 'SHA256' });
    await this.store({ ...item, ...attributes });
  }

  /** Run the same command on both. */
  async run(args: readonly string[], input = ''): Promise<{ python: Outcome; our: Outcome }> {
    const [python, our] = await Promise.all([
      pythons(['-t', this.python, ...args], input),
      ours(['-t', this.our, ...args], input),
    ]);
    return { python, our };
  }

  /** Both tables, as each side lists its own. */
  async list(): Promise<{ python: string; our: string }> {
    const { python, our } = await this.run(['list']);
    return { python: python.stdout, our: our.stdout };
  }
}
