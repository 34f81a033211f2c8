import { CredstashError } from '../errors.js';
import type { EncryptionContext } from '../format/encryption-context.js';
import type { Clients } from '../setup/clients.js';
import { planAlias, planKey } from '../setup/key.js';
import { compartmentResources } from '../setup/resources.js';
import { startRun, type RunOptions } from '../setup/run.js';
import type { CompartmentParameters } from '../setup/setup.js';
import { planTable } from '../setup/table.js';
import { parameterValues, type Template } from '../setup/template.js';
import {
  PERMISSIONS,
  permissionFinding,
  RESOURCES,
  resourceFinding,
  type Finding,
} from './findings.js';
import { lastUse } from './last-use.js';
import { tryCalls } from './probes.js';

/** What is examined. */
export interface Patient extends Partial<Pick<RunOptions, 'adopt' | 'timeout'>> {
  readonly parameters: CompartmentParameters;
  /** The secret that permissions are tried for. There need not be one. */
  readonly name: string;
  readonly context: EncryptionContext;
}

/** Find out whether a caller has what secrets need. This changes nothing. */
export async function examine(
  template: Template,
  { parameters, name, context, ...options }: Patient,
  clients: Clients,
): Promise<Finding[]> {
  const values = parameterValues(template, { ...parameters });
  const region = await regionFinding(clients);
  if (region.verdict !== 'ok')
    return [region, ...untried(['identity', ...RESOURCES, ...PERMISSIONS])];
  const run = await startRun(clients, options).catch(known);
  if (run instanceof CredstashError) {
    const identity: Finding = { subject: 'identity', verdict: 'wrong', text: run.message };
    return [region, identity, ...untried([...RESOURCES, ...PERMISSIONS])];
  }

  const { TableName: table, KeyAlias: key } = parameters;
  const wanted = compartmentResources(template, values, run, key);
  const tableSeen = await planTable(run, wanted.table).catch(known);
  const keySeen = await planKey(run, wanted.key, key).catch(known);
  const aliasSeen = await planAlias(run, key).catch(known);
  const { dynamodb, kms } = clients;
  const { timeout } = options;
  const [tried, used] = await Promise.all([
    tryCalls({ dynamodb, kms, table, key, name, context, timeout }),
    lastUse(run, key),
  ]);
  const { query, get, lookUp, scan, put, decrypt, generate, bindsNames } = tried;
  const ofKey = [bindsNames ? 'names are bound' : [], used ?? []].flat();
  return [
    region,
    { subject: 'identity', verdict: 'ok', text: run.caller },
    resourceFinding('table', table, tableSeen, [query, get, lookUp, scan, put]),
    resourceFinding('key', key, keySeen, [decrypt, generate], ofKey),
    resourceFinding('alias', key, aliasSeen, [decrypt, generate]),
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
