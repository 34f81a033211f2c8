import { createClients } from '../runtime/src/setup/clients.js';
import { createContext } from '../runtime/src/setup/context.js';
import { applyPlan, compartmentPlanners, planTemplate } from '../runtime/src/setup/plan.js';
import type { Physical, Template } from '../runtime/src/setup/template.js';
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
  const clients = createClients(target);
  const context = await createContext(clients);
  const planners = { ...compartmentPlanners(context), ...rolePlanners(clients.iam) };
  const plan = await planTemplate(template, {}, context, planners);
  return applyPlan(plan, template, {}, context);
}
