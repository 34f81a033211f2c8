import { applyTemplate } from '../testbed/apply';
import { LocalAws } from '../testbed/server';
import { assumeRole, createRole, synthesize, type CredentialsEnv } from '../testbed/stand-up';
import { CHAPTERS, ROLES } from './chapters';
import { perform } from './perform';
import { heading, print, styled, table } from './screen';

const REGION = 'us-east-1';

async function main(): Promise<void> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  print('Secrets in a compartment: one KMS key, one table, a policy to read, a policy to write.');

  heading('Two compartments, as `npx cdk synth` makes them of cdk.json');
  const templates = await synthesize();
  for (const [stack, { Resources }] of templates) {
    const types = Object.values(Resources).map(({ Type }) => Type.replace('AWS::', ''));
    print(`  ${stack.padEnd(16)}${styled('dim', types.join(', '))}`);
  }

  heading('Their templates, applied to an AWS in this process');
  const aws = await LocalAws.start();
  const target = { endpoint: aws.endpoint, region: REGION, credentials: aws.admin };
  for (const template of templates.values()) {
    const made = await applyTemplate(template, target);
    table([...made].map(([id, { arn }]) => [template.Resources[id]?.Type ?? '', arn]));
  }

  heading('Three roles, each with one of those policies');
  const credentials: Partial<Record<string, CredentialsEnv>> = {};
  for (const [role, policy] of Object.entries(ROLES)) {
    await createRole(target, role, policy);
    credentials[role] = await assumeRole(target, role);
  }
  table(Object.entries(ROLES));

  const connection = { AWS_ENDPOINT_URL: aws.endpoint, AWS_REGION: REGION };
  const results: boolean[] = [];
  for (const [title, steps] of Object.entries(CHAPTERS)) {
    heading(title);
    for (const step of steps) {
      results.push(await perform(step, { ...connection, ...credentials[step.role] }));
    }
  }
  await aws.stop();

  const failed = results.filter((asSaid) => !asSaid).length;
  const summary = `${results.length - failed} of ${results.length} steps went as said`;
  print(`\n${failed > 0 ? styled('red', `✘ ${summary}`) : styled('green', `✔ ${summary}`)}`);
  if (failed > 0) process.exitCode = 1;
  else print('Next: README.md shows the construct, a scoped grant, and the runtime.');
}

void main();
