import { applyTemplate } from '../apply';
import { LocalAws } from '../server';
import { assumeRole, createRole, synthesize, type CredentialsEnv } from '../stand-up';
import { runCli } from './cli';
import { heading, print, styled, table } from './screen';

const REGION = 'us-east-1';

/** Who holds which of the policies that the stacks make. */
const ROLES = {
  reader: 'credstash-read-secrets',
  writer: 'credstash-write-secrets',
  'prod-reader': 'credstash-prod-read-secrets',
};

interface Step {
  readonly role: keyof typeof ROLES;
  readonly command: readonly string[];
  readonly input?: string;
  /** The exit code, and what standard output, or else standard error, must show. */
  readonly expected: readonly [exitCode: number, output: RegExp];
}

const SECRET = 'app/db.password';

const CHAPTERS: Readonly<Record<string, readonly Step[]>> = {
  'The writer puts a secret, and the reader gets it': [
    {
      role: 'writer',
      command: ['put', SECRET, '-', '-c', 'of the orders database'],
      input: 'correct horse',
      expected: [0, /^app\/db.password has been stored\n$/],
    },
    {
      role: 'reader',
      command: ['list'],
      expected: [0, /^app\/db.password -- version 0{18}1 -- comment of the orders database\n$/],
    },
    { role: 'reader', command: ['get', SECRET], expected: [0, /^correct horse\n$/] },
  ],
  'The writer rotates it; the version before is still there': [
    {
      role: 'writer',
      command: ['put', SECRET, '-', '-a'],
      input: 'battery staple',
      expected: [0, /has been stored/],
    },
    { role: 'reader', command: ['get', SECRET], expected: [0, /^battery staple\n$/] },
    { role: 'reader', command: ['get', SECRET, '-v', '1'], expected: [0, /^correct horse\n$/] },
  ],
  'Nobody may do more than the policy says': [
    {
      role: 'reader',
      command: ['put', SECRET, '-', '-a'],
      input: 'mine',
      expected: [1, /AccessDenied.*kms:GenerateDataKey/],
    },
    {
      role: 'writer',
      command: ['get', SECRET],
      expected: [1, /AccessDenied.*dynamodb:Query/],
    },
    {
      role: 'prod-reader',
      command: ['get', SECRET],
      expected: [1, /AccessDenied.*dynamodb:Query/],
    },
  ],
};

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

/** Run a step as its role, show it, and tell whether it went as said. */
async function perform(step: Step, env: NodeJS.ProcessEnv): Promise<boolean> {
  const { role, command, input, expected } = step;
  const words = command.map((word) => (/[^\w@/.=-]/.test(word) ? `'${word}'` : word)).join(' ');
  const piped = input === undefined ? '' : `printf '${input}' | `;
  print(`  ${styled('cyan', role)} $ ${piped}credstash ${words}`);

  const { exitCode, stdout, stderr } = await runCli(command, env, input);
  const output = (exitCode === 0 ? stdout : stderr).trimEnd();
  const [wantedCode, wantedOutput] = expected;
  const asSaid = exitCode === wantedCode && wantedOutput.test(`${output}\n`);
  const style = exitCode === 0 ? 'reset' : 'yellow';
  print(`    ${styled(style, output)}`);
  if (!asSaid) {
    print(
      `    ${styled('red', `✘ wanted exit ${wantedCode} and ${wantedOutput}, got exit ${exitCode}`)}`,
    );
  }
  return asSaid;
}

void main();
