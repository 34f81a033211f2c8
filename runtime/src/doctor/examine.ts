import { CredstashError } from '../errors.js';
import type { EncryptionContext } from '../format/encryption-context.js';
import { createContext, type Clients, type Context } from '../setup/context.js';
import type { Change, Planner } from '../setup/change.js';
import { compartmentPlanners, planTemplate } from '../setup/plan.js';
import type { CompartmentParameters } from '../setup/setup.js';
import { parameterValues, type Template } from '../setup/template.js';
import {
  PERMISSIONS,
  permissionFinding,
  RESOURCES,
  resourceFinding,
  type Finding,
  type Resource,
} from './findings.js';
import { tryCalls } from './probes.js';

/** What is examined. */
export interface Patient {
  readonly parameters: CompartmentParameters;
  /** The secret that permissions are tried for. There need not be one. */
  readonly name: string;
  readonly context: EncryptionContext;
}

/** The types of resource that are looked at, by what they are called. */
const TYPES: Readonly<Record<Resource, string>> = {
  table: 'AWS::DynamoDB::GlobalTable',
  alias: 'AWS::KMS::Alias',
  key: 'AWS::KMS::Key',
};

/** Look whether a caller has what secrets need. This changes nothing. */
export async function examine(
  template: Template,
  { parameters, name, context: encryptionContext }: Patient,
  clients: Clients,
): Promise<Finding[]> {
  const values = parameterValues(template, { ...parameters });
  const region = await regionFinding(clients);
  if (region.verdict !== 'ok')
    return [region, ...untried(['identity', ...RESOURCES, ...PERMISSIONS])];
  const context = await createContext(clients).catch(known);
  if (context instanceof CredstashError) {
    const identity: Finding = { subject: 'identity', verdict: 'wrong', text: context.message };
    return [region, identity, ...untried([...RESOURCES, ...PERMISSIONS])];
  }

  const seen = await look(template, values, context);
  const { dynamodb, kms } = clients;
  const { TableName: table, KeyAlias: key } = parameters;
  const tried = await tryCalls({ dynamodb, kms, table, key, name, context: encryptionContext });
  const { query, get, lookUp, scan, put, decrypt, generate } = tried;
  return [
    region,
    { subject: 'identity', verdict: 'ok', text: context.caller },
    resourceFinding('table', table, seen.get(TYPES.table), [query, get, lookUp, scan, put]),
    resourceFinding('key', key, seen.get(TYPES.key), [decrypt, generate]),
    resourceFinding('alias', key, seen.get(TYPES.alias), [decrypt, generate]),
    permissionFinding('read', [query, get, decrypt]),
    permissionFinding('list', [scan]),
    permissionFinding('write', [generate, lookUp, put]),
  ];
}

async function regionFinding({ dynamodb, kms }: Clients): Promise<Finding> {
  try {
    const [table, key] = [await dynamodb.config.region(), await kms.config.region()];
    const text = key === table ? table : `${table}, and ${key} for the key`;
    return { subject: 'region', verdict: 'ok', text };
  } catch (error) {
    return { subject: 'region', verdict: 'wrong', text: (error as Error).message };
  }
}

function untried(subjects: readonly Finding['subject'][]): Finding[] {
  return subjects.map((subject) => ({ subject, verdict: 'unknown', text: 'not tried' }));
}

function known(error: unknown): CredstashError {
  if (error instanceof CredstashError) return error;
  throw error;
}

/** What the provisioner would do to each resource, or why it can't tell, by type. */
async function look(
  template: Template,
  values: Readonly<Record<string, string>>,
  context: Context,
): Promise<ReadonlyMap<string, Change | CredstashError>> {
  const seen = new Map<string, Change | CredstashError>();
  const unseen = { ref: '', arn: '' };
  const nothing: Change = { action: 'unchanged', resource: '', notes: [], physical: unseen };
  const planners = Object.entries(compartmentPlanners(context)).map(([type, plan]) => {
    const watched: Planner = async (properties, identity) => {
      if (!Object.values(TYPES).includes(type)) return nothing;
      const change = await plan(properties, identity).catch(known);
      seen.set(type, change);
      return change instanceof CredstashError ? nothing : change;
    };
    return [type, watched] as const;
  });
  await planTemplate(template, values, context, Object.fromEntries(planners));
  return seen;
}
