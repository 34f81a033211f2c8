import type { Verb } from '../../../lib/access/verbs';
import { ACCOUNT } from '../../../testbed';
import { authorize } from '../../../testbed/authorizer';
import type { PolicyDocument } from '../../../testbed/policy';
import { ServiceError, type Permission, type Principal } from '../../../testbed/service';
import { onKey } from '../../../testbed/services/cryptography';
import { itemContext } from '../../../testbed/services/item-context';
import { Key } from '../../../testbed/services/key';
import { KeyStore } from '../../../testbed/services/key-store';
import { REGION } from '../../../testbed/test-aws';
import { V1, type Kind } from '../compartments';
import { SECRETS, type Secret } from './secrets';
import { deployed, identities, type Properties, type Templates } from './deployed';
import * as tries from './tries';

/** What of a secret's name and version the encryption context has. */
interface Binding {
  readonly name?: boolean;
  readonly version?: boolean;
}

const BOUND: Binding = { name: true, version: true };
const UNBOUND: Binding = {};
const OPENING = ['Decrypt', 'ReEncryptFrom to another key'];
const SEALING = ['GenerateDataKey', 'Encrypt'];

/** The policies of an app, in the hands of the embedded AWS's authorizer. */
export class Attempts {
  /** Who may be tried, as the lockfile calls them. */
  readonly principals: ReadonlyMap<string, Principal>;
  private readonly keys = new KeyStore();
  private readonly key: Key;
  private readonly tableArn: string;
  private readonly tablePolicy: PolicyDocument | undefined;
  private readonly answers = new Map<string, boolean>();

  /** @param outsiders Who else calls, by how the lockfile calls them. */
  constructor(
    templates: Templates,
    private readonly kind: Kind,
    outsiders: Readonly<Record<string, Principal>> = {},
  ) {
    const accounts = Object.entries(templates).map(
      ([account, template]) => [account, deployed(account, template)] as const,
    );
    const all = accounts.flatMap(([, resources]) => resources);
    const table = all.find(({ type }) => type === 'AWS::DynamoDB::GlobalTable');
    const key = all.find(({ type }) => type === 'AWS::KMS::Key');
    if (!table || !key) throw new Error('No compartment');
    const [{ ResourcePolicy }] = table.properties.Replicas as [Properties];
    this.tableArn = table.arn;
    this.tablePolicy = (ResourcePolicy as Properties | undefined)?.PolicyDocument as PolicyDocument;
    this.key = new Key(REGION, ACCOUNT, key.properties.KeyPolicy as PolicyDocument, {});
    // Statements name it by the id that it has in the template.
    Object.assign(this.key, { arn: key.arn, id: key.id });
    this.keys.add(this.key);
    this.keys.addAlias(`arn:aws:kms:${REGION}:${ACCOUNT}:alias/credstash`, this.key);
    this.principals = new Map([
      ...accounts.flatMap(([account, resources]) => [...identities(account, resources)]),
      ...Object.entries(outsiders),
    ]);
  }

  /** Whether a principal is let use a secret in a way, whichever requests that takes. */
  can(label: string, verb: Verb, secret: Secret): boolean {
    const [table, key] = this.halves(label, verb, secret);
    return verb === 'control' ? table === true || key === true : table === true && key !== false;
  }

  /** What of it the table lets the principal do, and the key: nothing, if that isn't asked. */
  halves(label: string, verb: Verb, secret: Secret): [table?: boolean, key?: boolean] {
    const table = (requests: readonly tries.Try[]) => this.some(label, secret, requests);
    const key = (binding: Binding, ...actions: string[]) =>
      actions.some((action) => this.onKey(label, action, secret, binding));
    const fetch = () => table(tries.FETCH) || tries.FETCH_PARTS.every(table);
    const { bindNames, openUnbound } = this.kind.props;
    const binding = bindNames ? BOUND : UNBOUND;
    const reading = (its: Binding): [boolean, boolean] => {
      // A row that is given to who may change it is worth something to who can open any.
      const opens = (each: Secret) =>
        OPENING.some((action) => this.onKey(label, action, each, its));
      const fetches = fetch() || (SECRETS.some(opens) && table(tries.FETCH_BY_CHANGE));
      return [fetches, opens(secret)];
    };
    // With a data key that was made elsewhere, or that of an item.
    const reseals = () => {
      const [fetches, opens] = reading(binding);
      return key(binding, 'ReEncryptTo from another key') || (fetches && opens);
    };
    switch (verb) {
      case 'read':
        return reading(binding);
      case 'readUnbound':
        return openUnbound ? reading(UNBOUND) : [false, false];
      case 'write':
        return [table(tries.PUT), key(binding, ...SEALING) || (table(tries.PUT) && reseals())];
      case 'list':
        return [table(tries.LIST)];
      case 'delete':
        return [table(tries.DELETE)];
      case 'rewrap':
        return [
          fetch() && table(tries.REPLACE_KEY),
          key(binding, 'ReEncryptFrom') && key(binding, 'ReEncryptTo'),
        ];
      case 'control':
        return [table(tries.CONTROL), key(binding, 'PutKeyPolicy', 'CreateGrant')];
    }
  }

  /** Where names are bound, whether a principal can seal or open what is not bound to both. */
  unbound(label: string, secret: Secret): boolean[] {
    const { bindNames } = this.kind.props;
    const partly = bindNames ? [UNBOUND, { name: true }, { version: true }] : [];
    return partly.flatMap((binding) =>
      [SEALING, OPENING].map((actions) =>
        actions.some((action) => this.onKey(label, action, secret, binding)),
      ),
    );
  }

  private some(label: string, { name }: Secret, requests: readonly tries.Try[]): boolean {
    return requests.some((each) => this.onTable(label, name, each));
  }

  private onTable(label: string, name: string, each: tries.Try): boolean {
    const [action, input, enclosing] = each(name);
    const access = { resource: this.tableArn, context: itemContext(action, input, enclosing) };
    const permission = { access, resourcePolicy: this.tablePolicy, identitiesSuffice: true };
    return this.may(label, 'dynamodb', action, permission);
  }

  private onKey(label: string, said: string, { name, context }: Secret, binding: Binding): boolean {
    const [action = '', elsewhere] = said.split(' ');
    const pairs: Record<string, string> = { ...context };
    if (binding.name) pairs['credstash:name'] = name;
    if (binding.version) pairs['credstash:version'] = V1;
    const isSame = { 'kms:reencryptonsamekey': [String(elsewhere === undefined)] };
    const isControl = ['PutKeyPolicy', 'CreateGrant'].includes(action);
    const permission = onKey(
      this.keys,
      this.key,
      isControl ? {} : pairs,
      action.startsWith('ReEncrypt') ? isSame : {},
    );
    return this.may(label, 'kms', action, permission);
  }

  private may(label: string, service: string, action: string, permission: Permission): boolean {
    const id = JSON.stringify([label, action, permission.access]);
    const known = this.answers.get(id);
    if (known !== undefined) return known;
    const caller = this.principals.get(label);
    if (!caller) throw new Error(`Nobody is called ${label}`);
    let isAllowed = true;
    try {
      const call = { action, region: REGION, input: {}, caller };
      authorize(service, call, { ...permission, run: () => undefined });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      isAllowed = false;
    }
    this.answers.set(id, isAllowed);
    return isAllowed;
  }
}
