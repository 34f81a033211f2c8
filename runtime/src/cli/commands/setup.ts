import type { Command } from 'commander';

import { CredstashError } from '../../errors.js';
import { withNotes } from '../../setup/change.js';
import type { SetupPlan, SetupRequest } from '../../setup/setup.js';
import { parsePairs } from '../input/arguments.js';
import { saveKmsRegion } from '../input/config-file.js';
import { addConnectionOptions, globalOptions } from '../input/connection.js';
import { shellQuoted } from '../output/formats.js';
import { accountFor, interrupted } from '../output/interruption.js';
import { printLine } from '../output/terminal.js';
import {
  addProvisioningOptions,
  compartmentParameters,
  createClients,
  provisioner,
  readTemplate,
  type ProvisioningFlags,
} from '../input/provisioning.js';

interface SetupFlags extends ProvisioningFlags {
  readonly attachRead?: string[];
  readonly attachWrite?: string[];
  readonly dryRun?: boolean;
  readonly saveKmsRegion?: string;
  readonly tags?: string[];
}

/** Of a change in the plan. */
const ACTION_WIDTH = 'unchanged'.length;

const AGAIN = 'Run this again to go on from there.';

export function addSetupCommand(root: Command): void {
  const command = root
    .command('setup')
    .description('create the key, the alias, the table and the policies of a compartment')
    .option('--dry-run', 'print the plan, and change nothing')
    .option('--attach-read <role...>', 'roles to attach the read policy to')
    .option('--attach-write <role...>', 'roles to attach the write policy to')
    .option('--tags <key=value...>', 'tags of the key, the table and the policies')
    .option('--save-kms-region <region>', 'region of the key, to be saved in ~/.credstash')
    .option('--read-policy <name>', "name of the read policy (default: the compartment's)")
    .option('--write-policy <name>', "name of the write policy (default: the compartment's)")
    .addHelpText(
      'after',
      `
Examples:
  $ credstash setup --dry-run
  $ credstash setup --compartment prod --attach-read web worker`,
    )
    .action(setup);
  addProvisioningOptions(command);
  addConnectionOptions(command);
}

async function setup(flags: SetupFlags, command: Command) {
  const request = setupRequest(flags, command);
  const { dryRun = false, saveKmsRegion: savedRegion } = flags;
  const { checkSetup, planSetup } = await provisioner();
  const template = await readTemplate();
  checkSetup(template, request);
  if (savedRegion !== undefined) checkRegion(savedRegion);
  if (savedRegion !== undefined && !dryRun) {
    await saveKmsRegion(savedRegion);
    printLine(`KMS region set to ${savedRegion}`);
  }
  const clients = await createClients(command, savedRegion);
  let begun: SetupPlan | undefined;
  accountFor(() => account(begun));
  const plan = await planSetup(template, request, clients);
  printPlan(plan, `table ${request.parameters.TableName}`);
  if (dryRun) {
    printLine('Nothing was changed: this was a dry run.');
  } else if (plan.changes.every(({ apply }) => apply === undefined)) {
    printLine('Nothing to do.');
  } else {
    begun = plan;
    await plan.apply();
    printNextSteps(flags, command);
  }
}

function printPlan({ account, region, kmsRegion, changes }: SetupPlan, table: string): void {
  const ofKey = kmsRegion === region ? '' : `, with the key in ${kmsRegion}`;
  printLine(`In account ${account} and region ${region}${ofKey}:`);
  for (const { action, resource, notes, deviations = [] } of changes) {
    printLine(`  ${action.padEnd(ACTION_WIDTH)}  ${withNotes(resource, notes)}`);
    for (const text of deviations) printLine(`  ${' '.repeat(ACTION_WIDTH)}    ${text}`);
  }
  if (changes.some(({ action, resource }) => resource === table && action !== 'create')) {
    printLine('Credential Store table already exists');
  }
}

function checkRegion(region: string): void {
  if (/^[a-z]+(-[a-z]+)+-\d+$/.test(region)) return;
  throw new CredstashError(
    'ERR_INVALID_ARGUMENT',
    `${JSON.stringify(region)} is not a region, such as eu-west-1.`,
  );
}

function setupRequest(flags: SetupFlags, command: Command): SetupRequest {
  const { attachRead = [], attachWrite = [] } = flags;
  return {
    parameters: compartmentParameters(command, flags),
    readers: attachRead,
    writers: attachWrite,
    tags: parsePairs(command, flags.tags ?? [], 'tags must be key=value'),
    adopt: flags.adopt,
    timeout: globalOptions(command).timeout,
    tell: printLine,
  };
}

/** What was done, after an error or when the work is cut short. */
function account(begun: SetupPlan | undefined): string {
  const made = begun?.made.join(', ') ?? '';
  if (interrupted.aborted) {
    if (!begun) return 'Nothing was changed.';
    return `What was made stays: ${made || 'nothing'}, and perhaps what was about to be made. ${AGAIN}`;
  }
  return made === '' ? '' : `What was made stays: ${made}. ${AGAIN}`;
}

function printNextSteps(flags: SetupFlags, command: Command): void {
  const { compartment, table, region, kmsRegion, profile, arn } = globalOptions(command);
  const where = words({
    '--compartment': compartment,
    '-t': table,
    '-r': region,
    '--kms-region': kmsRegion,
    '-p': profile,
    '--arn': arn,
  });
  const key = words({ '-k': flags.key });
  const adopt = words({ '--adopt': flags.adopt });
  const policies = words({
    '--read-policy': flags.readPolicy,
    '--write-policy': flags.writePolicy,
  });
  printLine('');
  printLine('Ready. What next:');
  printLine(`  credstash put NAME -P${where}${key}`);
  printLine(`  credstash doctor${where}${key}${adopt}`);
  printLine(`  credstash setup --attach-read ROLE${where}${key}${adopt}${policies}`);
}

/** The flags that were given, as they are typed, each after a space. */
function words(given: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  return Object.entries(given)
    .flatMap(([flag, values]) => (values === undefined ? [] : [flag, values].flat()))
    .map((word) => ` ${isPlain(word) ? word : shellQuoted(word)}`)
    .join('');
}

/** Whether a shell takes a string as it is. */
function isPlain(text: string): boolean {
  return /^[\w+=,.@:/-]+$/.test(text);
}
