import { Option, type Command } from 'commander';

import { reportOf } from '../../access/report.js';
import { CredstashError } from '../../errors.js';
import { isPattern } from '../../operations/pattern.js';
import { parseContext } from '../input/arguments.js';
import { globalOptions } from '../input/connection.js';
import { readLockfile } from '../input/lockfile.js';
import { printJson } from '../output/entries.js';
import { writeOutput } from '../output/write.js';

interface AccessFlags {
  readonly app: string;
  readonly format: 'table' | 'json';
  readonly html?: string;
}

export function addAccessCommand(root: Command): void {
  root
    .command('access')
    .description('print who can use a secret of a CDK app, before it is deployed')
    .argument('[credential]', 'name of the secret (default: any secret)')
    .argument('[context...]', 'its encryption context, as key=value (default: any)')
    .option('--app <path>', 'the app: its cloud assembly, or its credstash-access.json', 'cdk.out')
    .option('--compartment <name>', 'name or path of the compartment (default: all of the app)')
    .addOption(
      new Option('-f, --format <format>', 'format').choices(['table', 'json']).default('table'),
    )
    .addOption(
      new Option('--html <file>', 'write a page for a reviewer instead').conflicts('format'),
    )
    .addHelpText(
      'after',
      `
It reads the lockfile of the plugin CompartmentAccess, which \`cdk synth\` writes. It calls no AWS.

Examples:
  $ credstash access app/db.password
  $ credstash access --app cdk.out --html access.html`,
    )
    .action(access);
}

async function access(
  name: string | undefined,
  words: string[],
  { app, format, html }: AccessFlags,
  command: Command,
) {
  if (name === '' || isPattern(name ?? '')) {
    command.error('error: name one secret, and no pattern; without a name, all are shown');
  }
  const context = words.length > 0 ? parseContext(command, words) : undefined;
  const { file, lockfile } = await readLockfile(app);
  const { compartment } = globalOptions(command);
  const report = reportOf(lockfile, { name, context }, compartment);
  if (compartment !== undefined && report.compartments.length === 0) {
    const all = Object.entries(lockfile.compartments).map(([path, its]) => `${its.name} (${path})`);
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `${file} has no compartment ${compartment}, but ${all.join(', ') || 'none'}.`,
    );
  }
  if (html !== undefined) {
    const { accessPage } = await import('../output/access-page.js');
    await writeOutput(accessPage(report), html);
  } else if (format === 'json') {
    printJson(report);
  } else {
    const { printAccess } = await import('../output/access-table.js');
    printAccess(report, file);
  }
}
