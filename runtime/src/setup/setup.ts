import { CredstashError } from '../errors.js';
import { planAttachment } from './attachment.js';
import { applyChange, type Change } from './change.js';
import { createContext, type Clients } from './context.js';
import { applyPlan, planTemplate } from './plan.js';
import type { Tags } from './tags.js';
import { parameterValues, type Template } from './template.js';

/** The parameters of the template of a compartment. */
export interface CompartmentParameters {
  readonly KeyAlias: string;
  readonly TableName: string;
  readonly ReadPolicyName: string;
  readonly WritePolicyName: string;
}

/** A compartment that shall exist. */
export interface SetupRequest {
  readonly parameters: CompartmentParameters;
  /** Roles, by name, to attach the policy of readers to. */
  readonly readers: readonly string[];
  /** Roles, by name, to attach the policy of writers to. */
  readonly writers: readonly string[];
  /** Of all that is made. */
  readonly tags: Tags;
  /** Told of each step as it begins. */
  readonly tell: (step: string) => void;
}

/** What is to be done to make a compartment exist. */
export interface SetupPlan {
  readonly account: string;
  /** The region of the table. */
  readonly region: string;
  readonly kmsRegion: string;
  readonly changes: readonly Change[];
  /** What was made or changed, so far. */
  readonly made: readonly string[];
  readonly apply: () => Promise<void>;
}

/** What IAM accepts as a role's name (AWS, "CreateRole"). */
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;

/** What KMS, DynamoDB and IAM all accept (AWS, "Tag naming limits and requirements"). */
const TAG_KEY = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/**
 * Look what there is of a compartment. This changes nothing.
 *
 * @throws ERR_INVALID_ARGUMENT, before any call; ERR_TABLE_UNSUITABLE, ERR_KEY_UNAVAILABLE,
 * ERR_POLICY_TAKEN, ERR_ROLE_NOT_FOUND, or as any call to AWS
 */
export async function planSetup(
  template: Template,
  request: SetupRequest,
  clients: Clients,
): Promise<SetupPlan> {
  const { parameters, readers, writers } = request;
  const values = checkSetup(template, request);
  const context = await createContext(clients, request);
  const plan = await planTemplate(template, values, context);
  const attachments: Change[] = [];
  for (const [roles, policy] of [
    [readers, parameters.ReadPolicyName],
    [writers, parameters.WritePolicyName],
  ] as const) {
    for (const role of new Set(roles)) {
      attachments.push(await planAttachment(context, role, policy));
    }
  }
  return {
    account: context.account,
    region: context.region,
    kmsRegion: context.kmsRegion,
    changes: [...plan.values(), ...attachments],
    made: context.made,
    apply: async () => {
      await applyPlan(plan, template, values, context);
      for (const attachment of attachments) await applyChange(attachment, {});
    },
  };
}

/**
 * Refuse what KMS, DynamoDB or IAM would.
 *
 * @returns The values of the template's parameters.
 * @throws ERR_INVALID_ARGUMENT that names the rule
 */
export function checkSetup(template: Template, request: SetupRequest): Record<string, string> {
  const { parameters, readers, writers, tags } = request;
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
