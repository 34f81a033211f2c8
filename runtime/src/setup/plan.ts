import { aliasPlanner } from './alias.js';
import { applyChange, type Change, type Planner } from './change.js';
import type { Context } from './context.js';
import { keyPlanner } from './key.js';
import { managedPolicyPlanner } from './managed-policy.js';
import { tablePlanner } from './table.js';
import {
  references,
  resolve,
  type Names,
  type Physical,
  type Properties,
  type Template,
} from './template.js';

/** What is to be done to each resource of a template, by logical id, in the order to do it. */
export type Plan = ReadonlyMap<string, Change>;

/** Planners of the types of resource that a compartment has. */
export function compartmentPlanners(context: Context): Readonly<Record<string, Planner>> {
  return {
    'AWS::DynamoDB::GlobalTable': tablePlanner(context),
    'AWS::IAM::ManagedPolicy': managedPolicyPlanner(context),
    'AWS::KMS::Alias': aliasPlanner(context),
    'AWS::KMS::Key': keyPlanner(context),
  };
}

/** Look what there is of a template's resources. This changes nothing. */
export async function planTemplate(
  template: Template,
  parameters: Readonly<Record<string, string>>,
  context: Context,
  planners = compartmentPlanners(context),
): Promise<Plan> {
  const names = templateNames(parameters, context);
  const plan = new Map<string, Change>();
  for (const logicalId of inOrder(template)) {
    const { Type = '', Properties = {} } = template.Resources[logicalId] ?? {};
    const planner = planners[Type];
    if (!planner) throw new Error(`Can't make ${logicalId}, a ${Type}`);
    const aliasName = aliasOf(logicalId, template, names);
    const change = await planner(resolveAll(Properties, names), { logicalId, aliasName });
    plan.set(logicalId, change);
    names.set(logicalId, change.physical);
  }
  return plan;
}

/**
 * Do what was planned.
 *
 * @returns How each resource is named, by logical id.
 */
export async function applyPlan(
  plan: Plan,
  template: Template,
  parameters: Readonly<Record<string, string>>,
  context: Context,
): Promise<Map<string, Physical>> {
  const names = templateNames(parameters, context);
  const made = new Map<string, Physical>();
  for (const [logicalId, change] of plan) {
    const { Properties = {} } = template.Resources[logicalId] ?? {};
    const physical = await applyChange(change, resolveAll(Properties, names));
    made.set(logicalId, physical);
    names.set(logicalId, physical);
  }
  return made;
}

function templateNames(
  parameters: Readonly<Record<string, string>>,
  { partition, account, region }: Context,
): Map<string, Physical> {
  const values = {
    ...parameters,
    'AWS::AccountId': account,
    'AWS::Partition': partition,
    'AWS::Region': region,
  };
  return new Map(Object.entries(values).map(([name, value]) => [name, { ref: value, arn: value }]));
}

/** The logical ids: each after those it refers to, and tables first. */
function inOrder({ Resources }: Template): Set<string> {
  const order = new Set<string>();
  const visit = (logicalId: string) => {
    for (const id of references(Resources[logicalId]?.Properties)) {
      if (id in Resources && !order.has(id)) visit(id);
    }
    order.add(logicalId);
  };
  const ids = Object.keys(Resources);
  // Of two runs at once, one alone can create a table: so that comes before the key.
  ids.filter((id) => Resources[id]?.Type === 'AWS::DynamoDB::GlobalTable').forEach(visit);
  ids.forEach(visit);
  return order;
}

function aliasOf(keyId: string, { Resources }: Template, names: Names): string | undefined {
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type === 'AWS::KMS::Alias' && references(Properties?.TargetKeyId).includes(keyId)) {
      return resolve(Properties?.AliasName, names) as string;
    }
  }
  return undefined;
}

function resolveAll(properties: Properties, names: Names): Properties {
  return resolve(properties, names) as Properties;
}
