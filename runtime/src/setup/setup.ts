import { CredstashError } from '../errors.js';
import { planAttachment } from './attachment.js';
import type { Change } from './change.js';
import type { Clients } from './clients.js';
import { keyOfAlias } from './existing-key.js';
import { planAlias, planKey } from './key.js';
import { poll } from './patience.js';
import { planPolicy, type PolicyChange } from './policy.js';
import { compartmentResources } from './resources.js';
import { startRun, type Run, type RunOptions } from './run.js';
import { planTable } from './table.js';
import { parameterValues, type Names, type Template } from './template.js';

/** The parameters of the template of a compartment. */
export interface CompartmentParameters {
  readonly KeyAlias: string;
  readonly TableName: string;
  readonly ReadPolicyName: string;
  readonly WritePolicyName: string;
}

/** The compartment to set up. */
export interface SetupRequest extends Partial<RunOptions> {
  readonly parameters: CompartmentParameters;
  /** The names of roles that the policy of readers is attached to. */
  readonly readers: readonly string[];
  /** The names of roles that the policy of writers is attached to. */
  readonly writers: readonly string[];
}

/** What setup would change. */
export interface SetupPlan {
  readonly account: string;
  /** The region of the table. */
  readonly region: string;
  readonly kmsRegion: string;
  readonly changes: readonly Change[];
  /** What was created or changed so far. */
  readonly made: readonly string[];
  /** Makes the changes. */
  readonly apply: () => Promise<void>;
}

/** What IAM accepts as a role's name (AWS, "CreateRole"). */
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;

/** What KMS, DynamoDB and IAM all accept (AWS, "Tag naming limits and requirements"). */
const TAG_KEY = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/**
 * Compare a compartment with what exists. This changes nothing.
 *
 * @throws ERR_INVALID_ARGUMENT, before any call; ERR_TABLE_UNSUITABLE, ERR_KEY_UNAVAILABLE,
 * ERR_UNTRUSTED, ERR_POLICY_TAKEN, ERR_ROLE_NOT_FOUND, or as any call to AWS
 */
export async function planSetup(
  template: Template,
  request: SetupRequest,
  clients: Clients,
): Promise<SetupPlan> {
  const values = checkSetup(template, request);
  const run = await startRun(clients, request);
  const { account, region, kmsRegion, made } = run;
  const { KeyAlias, ReadPolicyName, WritePolicyName } = request.parameters;
  const resources = (keyArn: string) => compartmentResources(template, values, run, keyArn);

  const wanted = resources(KeyAlias);
  const planPolicies = async (keyArn: string) => {
    const policies = new Map<string, PolicyChange>();
    for (const policy of resources(keyArn).policies) {
      policies.set(policy.ManagedPolicyName, await planPolicy(run, policy));
    }
    return policies;
  };
  const planAttachments = async (policies: ReadonlyMap<string, PolicyChange>) => {
    const attachments: Change[] = [];
    const attach = async (roles: readonly string[], name: string) => {
      for (const role of new Set(roles)) {
        attachments.push(await planAttachment(run, role, policies.get(name)?.name ?? name));
      }
    };
    await attach(request.readers, ReadPolicyName);
    await attach(request.writers, WritePolicyName);
    return attachments;
  };

  const table = await planTable(run, wanted.table);
  let key = await planKey(run, wanted.key, KeyAlias);
  const policies = await planPolicies(key.arn).catch(async (error: unknown) => {
    if (!(await isAliasOfAnother(run, KeyAlias, key.arn))) throw error;
    key = await planKey(run, wanted.key, KeyAlias);
    return planPolicies(key.arn);
  });
  const alias = await planAlias(run, KeyAlias);
  const attachments = await planAttachments(policies);
  const apply = async () => {
    // Of two runs at once, only one can create a table: so the table comes before the key.
    const othersAtWork = (await table.apply?.()) ?? table.othersAtWork;
    const keyArn = (await key.apply?.(othersAtWork)) ?? key.arn;
    // Planned again: the policies name the key, whose ARN may be known only now.
    const current = await planPolicies(keyArn);
    for (const policy of current.values()) await policy.apply?.();
    for (const attachment of await planAttachments(current)) await attachment.apply?.();
  };
  const changes = [table, key, alias, ...policies.values(), ...attachments];
  return { account, region, kmsRegion, changes, made, apply };
}

/** Whether an alias has another key by now: another run may have made it since it was looked for. */
async function isAliasOfAnother(run: Run, alias: string, keyArn: string): Promise<boolean> {
  const look = async () => {
    const key = await keyOfAlias(run, alias);
    return key && key.Arn !== keyArn ? key : undefined;
  };
  return (await poll(look, run.patience, run.patience.otherRunMs)) !== undefined;
}

/**
 * Refuse names and tags that KMS, DynamoDB or IAM would refuse.
 *
 * @returns The values of the template's parameters.
 * @throws ERR_INVALID_ARGUMENT that names the rule
 */
export function checkSetup(template: Template, request: SetupRequest): Names {
  const { parameters, readers, writers, tags = {} } = request;
  const values = parameterValues(template, { ...parameters });
  const misnamed = [...readers, ...writers].find((role) => !ROLE_NAME.test(role));
  if (misnamed !== undefined) {
    throw invalid(
      `${JSON.stringify(misnamed)} is not an IAM role's name: 1 to 64 letters, digits and any of + = , . @ _ -, without its path or ARN.`,
    );
  }
  if (parameters.ReadPolicyName === parameters.WritePolicyName) {
    throw invalid(
      `The policies to read and to write can't both be named ${parameters.ReadPolicyName}.`,
    );
  }
  for (const [key, value] of Object.entries(tags)) {
    if (!TAG_KEY.test(key) || !TAG_VALUE.test(value)) {
      throw invalid(
        `${JSON.stringify(`${key}=${value}`)} is not a tag: a key of 1 to 128 characters, not beginning with aws:, and a value of at most 256: letters, digits, spaces and any of _ . : / = + - @`,
      );
    }
  }
  return values;
}

function invalid(message: string): CredstashError {
  return new CredstashError('ERR_INVALID_ARGUMENT', message);
}
