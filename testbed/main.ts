import { once } from 'node:events';
import { join } from 'node:path';

import { applyTemplate } from './apply';
import { LocalAws } from './server';
import { assumeRole, createRole, synthesize } from './stand-up';

const REGION = 'us-east-1';

/** Run the embedded AWS with the compartments of cdk.json, until it is told to stop. */
async function main(): Promise<void> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const stop = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const aws = await LocalAws.start(Number(process.env.PORT ?? 0));
  const target = { endpoint: aws.endpoint, region: REGION, credentials: aws.admin };
  const templates = await synthesize();
  for (const template of templates.values()) await applyTemplate(template, target);

  print(`# An AWS with the stacks ${[...templates.keys()].join(' and ')}, in memory.`);
  print('# Paste these lines, and those of one identity, into another terminal.');
  print(exports({ AWS_ENDPOINT_URL: aws.endpoint, AWS_REGION: REGION }));
  print(`alias credstash='node ${join(__dirname, '../runtime/dist/credstash.cjs')}'`);
  print('\n# admin: may do anything');
  print(
    exports({
      AWS_ACCESS_KEY_ID: aws.admin.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.admin.secretAccessKey,
      AWS_SESSION_TOKEN: '',
    }),
  );
  for (const stack of templates.keys()) {
    for (const [verb, role] of Object.entries({ read: 'reader', write: 'writer' })) {
      const name = `${stack}-${role}`;
      await createRole(target, name, `${stack}-${verb}-secrets`);
      print(`\n# ${name}: holds the policy ${stack}-${verb}-secrets`);
      print(exports(await assumeRole(target, name)));
    }
  }
  print('\n# Ctrl-C stops it, and forgets everything.');
  await stop;
  await aws.stop();
}

function exports(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => (value === '' ? `unset ${name}` : `export ${name}=${value}`))
    .join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
