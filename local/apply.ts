import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { STSClient } from '@aws-sdk/client-sts';

import { createContext } from '../runtime/src/provision/context.js';
import { applyPlan, compartmentPlanners, planTemplate } from '../runtime/src/provision/plan.js';
import type { Physical, Template } from '../runtime/src/provision/template.js';
import { rolePlanners } from './roles';

/** Where a template is applied, and as whom. */
export interface Target {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * Make each resource of a template, by the provisioner of `credstash setup`.
 *
 * @returns How each is named, by logical id.
 */
export async function applyTemplate(
  template: Template,
  target: Target,
): Promise<Map<string, Physical>> {
  const iam = new IAMClient(target);
  const context = await createContext({
    dynamodb: new DynamoDBClient(target),
    iam,
    kms: new KMSClient(target),
    kmsOnce: new KMSClient(target),
    sts: new STSClient(target),
  });
  const planners = { ...compartmentPlanners(context), ...rolePlanners(iam) };
  const plan = await planTemplate(template, {}, context, planners);
  return applyPlan(plan, template, {}, context);
}
