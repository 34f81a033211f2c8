import { Stack, Stage, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { invalid } from './invalid';
import { checkName } from './names';

/** For each app, the path of the construct that has a physical name. */
const OWNERS = new WeakMap<IConstruct, Map<string, string>>();

/** The names of the resources that a compartment makes. */
export interface PhysicalNames {
  readonly keyAlias: string | undefined;
  readonly tableName: string;
  readonly readPolicyName: string;
  readonly writePolicyName: string;
}

/**
 * Refuse names that AWS would not accept, and those that another compartment of the app has in the
 * same account, where they would collide on deployment.
 *
 * An account or region that is known only on deployment is taken for one and the same in each stage.
 */
export function claimNames(construct: IConstruct, names: PhysicalNames): void {
  const { account, region } = Stack.of(construct);
  const stage = Stage.of(construct)?.node.path ?? '';
  const where = Token.isUnresolved(account) ? `stage ${stage}` : account;
  const there = Token.isUnresolved(region) ? `${where} region` : `${where} ${region}`;
  const other = 'Give one of them another name.';
  const { keyAlias, tableName, readPolicyName, writePolicyName } = names;
  checkName(construct, 'tableName', tableName);
  claim(construct, `table ${there} ${tableName}`, `has the table ${tableName}`, other);
  if (keyAlias !== undefined) {
    checkName(construct, 'keyAlias', keyAlias);
    claim(construct, `alias ${there} ${keyAlias}`, `has the alias ${keyAlias}`, other);
  }
  for (const name of [readPolicyName, writePolicyName]) {
    checkName(construct, 'policyName', name);
    const fact = `has the managed policy ${name}, and IAM's names are global to an account`;
    const remedy = 'Give one of them other names: readPolicyName and writePolicyName.';
    claim(construct, `policy ${where} ${name}`, fact, remedy);
  }
}

function claim(construct: IConstruct, key: string, fact: string, remedy: string): void {
  if (Token.isUnresolved(key)) return;
  const { root } = construct.node;
  const owners = OWNERS.get(root) ?? new Map<string, string>();
  OWNERS.set(root, owners);
  const owner = owners.get(key);
  if (owner !== undefined) {
    throw invalid(construct, 'NameTaken', `The compartment ${owner} already ${fact}. ${remedy}`);
  }
  owners.set(key, construct.node.path);
}
