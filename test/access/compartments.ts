import { DynamoDB, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { KMS } from '@aws-sdk/client-kms';
import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

import { Compartment, type CompartmentProps, type GrantScope } from '../../lib';
import { ACCOUNT, applyTemplate, type Target, type Template } from '../../testbed';
import { role } from '../../testbed/synthesized-aws';
import { REGION, TestAws } from '../../testbed/test-aws';
import type { Caller } from './matrix';

/** From where roles call. An account can allow its own roles anything: the last one does. */
export const ACCOUNTS = {
  same: ACCOUNT,
  other: '444455556666',
  lavish: '777788889999',
} as const;

export type Account = keyof typeof ACCOUNTS;

export interface Kind {
  readonly name: 'unbound' | 'moving' | 'bound';
  readonly title: string;
  readonly props: CompartmentProps;
}

export const KINDS: readonly Kind[] = [
  { name: 'unbound', title: 'does not bind names', props: {} },
  {
    name: 'moving',
    title: 'binds names, and still opens what is not bound',
    props: { bindNames: true, openUnbound: true },
  },
  { name: 'bound', title: 'binds names', props: { bindNames: true } },
];

const SCOPES: Readonly<Record<string, GrantScope>> = {
  names: { names: ['app/*'] },
  context: { context: { env: 'prod' } },
  both: { names: ['app/*'], context: { env: 'prod' } },
};

type GrantTo = (compartment: Compartment, grantee: iam.Role, scope?: GrantScope) => unknown;

const ROLES: Readonly<Record<string, { readonly scopes: readonly string[]; grant: GrantTo }>> = {
  reader: { scopes: ['names', 'context', 'both'], grant: (c, to, scope) => c.grantRead(to, scope) },
  writer: {
    scopes: ['names', 'context', 'both'],
    grant: (c, to, scope) => c.grantWrite(to, scope),
  },
  lister: { scopes: [], grant: (c, to) => c.grantList(to) },
  deleter: { scopes: ['names'], grant: (c, to, scope) => c.grantDelete(to, scope) },
  rewrapper: {
    scopes: ['names', 'context', 'both'],
    grant: (c, to, scope) => c.grantRewrap(to, scope),
  },
  // Reads some names, and writes all.
  mixed: { scopes: [], grant: (c, to) => [c.grantRead(to, SCOPES.names), c.grantWrite(to)] },
  admin: { scopes: [], grant: (c, to) => c.grantAdmin(to) },
};

const ANYTHING = new iam.PolicyStatement({ actions: ['*'], resources: ['*'] });

export const V1 = '0000000000000000001';
export const V2 = '0000000000000000002';

export type Context = Record<string, string>;
export const PROD: Context = { env: 'prod' };
export const DEV: Context = { env: 'dev' };

/** A compartment in an AWS of its own, with each role in its account and in another. */
export class Compartments {
  private readonly callers = new Map<string, Promise<Caller>>();

  private constructor(
    readonly kind: Kind,
    private readonly aws: TestAws,
    private readonly targets: Readonly<Record<Account, Target>>,
    readonly owner: Caller,
    readonly tableArn: string,
    readonly keyArn: string,
  ) {}

  static async start(kind: Kind): Promise<Compartments> {
    const app = new App({ context: { '@aws-cdk/core:validateAgainstDefaultRules': false } });
    const stack = (id: string, account: string) =>
      new Stack(app, id, { env: { account, region: REGION } });
    const { same, other, lavish } = mapValues(ACCOUNTS, (account, id) => stack(id, account));
    const compartment = new Compartment(same, 'Compartment', kind.props);
    for (const [name, { scopes, grant }] of Object.entries(ROLES)) {
      for (const scope of [undefined, ...scopes]) {
        for (const place of [same, other, lavish]) {
          const grantee = role(place, scope === undefined ? name : `${name}-${scope}`);
          grant(compartment, grantee, scope === undefined ? undefined : SCOPES[scope]);
          if (place === lavish) grantee.addToPolicy(ANYTHING);
        }
      }
    }
    const assembly = app.synth();
    const templates = mapValues(
      ACCOUNTS,
      (_, id) => assembly.getStackByName(id).template as Template,
    );
    let targets: Record<Account, Target> | undefined;
    const aws = await TestAws.startWith(async (target, local) => {
      const at = (account: string) => ({ ...target, credentials: local.adminOf(account), account });
      targets = mapValues(ACCOUNTS, at);
      for (const id of Object.keys(ACCOUNTS) as Account[]) {
        await applyTemplate(templates[id], targets[id]);
      }
    });
    const owner = {
      dynamodb: new DynamoDB(aws.target),
      kms: new KMS(aws.target),
      TableName: 'credential-store',
      KeyId: 'alias/credstash',
    };
    const { Table } = await owner.dynamodb.describeTable(owner);
    const { KeyMetadata } = await owner.kms.describeKey(owner);
    const arns = [Table?.TableArn ?? '', KeyMetadata?.Arn ?? ''] as const;
    return new Compartments(kind, aws, targets as Record<Account, Target>, owner, ...arns);
  }

  stop(): Promise<void> {
    return this.aws.aws.stop();
  }

  /** Clients of a role, or of the administrator of the account. */
  caller(account: Account, column: string): Promise<Caller> {
    const id = `${account} ${column}`;
    const caller = this.callers.get(id) ?? this.newCaller(account, column);
    this.callers.set(id, caller);
    return caller;
  }

  /** The context that seals a secret here: with its name and version, where those are bound. */
  contextOf(name: string, version: string, context: Context): Context {
    if (!this.kind.props.bindNames) return context;
    return { ...context, 'credstash:name': name, 'credstash:version': version };
  }

  /** A data key that was sealed under a context, if need be before the compartment bound names. */
  async wrapped(EncryptionContext: Context): Promise<Uint8Array> {
    const isUnbound = this.kind.props.bindNames && !('credstash:name' in EncryptionContext);
    const generate = async () => {
      const request = { KeyId: this.keyArn, NumberOfBytes: 64, EncryptionContext };
      const { CiphertextBlob } = await this.owner.kms.generateDataKey(request);
      return CiphertextBlob ?? new Uint8Array();
    };
    return isUnbound ? this.beforeBinding(generate) : generate();
  }

  /** Store a row as any client does. */
  async store(name: string, version: string, key?: Uint8Array): Promise<void> {
    const Item = item(name, version, key);
    await this.owner.dynamodb.putItem({ TableName: this.owner.TableName, Item });
  }

  private async beforeBinding<T>(work: () => Promise<T>): Promise<T> {
    const KeyId = this.keyArn;
    const { Policy = '' } = await this.owner.kms.getKeyPolicy({ KeyId });
    const { Statement, ...rest } = JSON.parse(Policy) as { Statement: object[] };
    const before = Statement.filter((each) => !JSON.stringify(each).includes('credstash:'));
    const policy = JSON.stringify({ ...rest, Statement: before });
    await this.owner.kms.putKeyPolicy({ KeyId, Policy: policy });
    try {
      return await work();
    } finally {
      await this.owner.kms.putKeyPolicy({ KeyId, Policy });
    }
  }

  private async newCaller(account: Account, column: string): Promise<Caller> {
    const target = this.targets[account];
    const names = {
      TableName: account === 'same' ? this.owner.TableName : this.tableArn,
      KeyId: account === 'same' ? this.owner.KeyId : this.keyArn,
    };
    if (column === 'owner') {
      return { dynamodb: new DynamoDB(target), kms: new KMS(target), ...names };
    }
    const clients = await this.aws.clientsOf(column.replace(' ', '-'), target);
    const credentials = await clients.kms.config.credentials();
    const config = { ...target, credentials };
    return { dynamodb: new DynamoDB(config), kms: new KMS(config), ...names };
  }
}

export function item(
  name: string,
  version: string,
  key: Uint8Array = Buffer.from('key'),
): Record<string, AttributeValue> {
  return {
    name: { S: name },
    version: { S: version },
    key: { S: Buffer.from(key).toString('base64') },
    contents: { S: 'ciphertext' },
    hmac: { S: 'hmac' },
  };
}

function mapValues<K extends string, V, W>(
  record: Readonly<Record<K, V>>,
  change: (value: V, key: K) => W,
): Record<K, W> {
  const entries = Object.entries(record) as [K, V][];
  return Object.fromEntries(entries.map(([key, value]) => [key, change(value, key)])) as Record<
    K,
    W
  >;
}
