import type { Command } from 'commander';

import type { SetupPlan, SetupRequest } from '../../provision/setup.js';
import { parsePairs } from '../arguments.js';
import { saveKmsRegion } from '../config-file.js';
import { addConnectionOptions, globalOptions } from '../connection.js';
import { compartmentParameters, createClients, readTemplate } from '../provisioning.js';

interface SetupFlags {
  readonly attachRead?: string[];
  readonly attachWrite?: string[];
  readonly dryRun?: boolean;
  readonly key?: string;
  readonly readPolicy?: string;
  readonly saveKmsRegion?: string;
  readonly tags?: string[];
  readonly writePolicy?: string;
}

export function addSetupCommand(root: Command): void {
  const command = root
    .command('setup')
    .description('make the key, the alias, the table and the policies of a compartment')
    .option('--dry-run', 'only tell what would be done')
    .option('--attach-read <role...>', 'roles to attach the policy of readers to')
    .option('--attach-write <role...>', 'roles to attach the policy of writers to')
    .option('--tags <key=value...>', 'tags of all that is made')
    .option('--save-kms-region <region>', 'region of the key, kept in ~/.credstash')
    .option('-k, --key <alias>', "alias of the key (default: the compartment's)")
    .option('--read-policy <name>', "policy of readers (default: the compartment's)")
    .option('--write-policy <name>', "policy of writers (default: the compartment's)")
    .addHelpText(
      'after',
      `
Examples:
  $ credstash setup --dry-run
  $ credstash setup --compartment prod --attach-read web worker`,
    )
    .action(setup);
  addConnectionOptions(command);
}

async function setup(flags: SetupFlags, command: Command) {
  const request = setupRequest(flags, command);
  const { dryRun = false, saveKmsRegion: kmsRegion } = flags;
  if (kmsRegion !== undefined && !dryRun) {
    await saveKmsRegion(kmsRegion);
    print(`KMS region set to ${kmsRegion}`);
  }
  const { planSetup } = await import('../../provision/setup.js');
  const clients = await createClients(command, kmsRegion);
  const plan = await planSetup(await readTemplate(), request, clients);

  print(`In account ${plan.account} and region ${plan.region}:`);
  for (const { action, resource, notes } of plan.changes) {
    print(`  ${action.padEnd('unchanged'.length)}  ${[resource, ...notes].join(': ')}`);
  }
  const table = `table ${request.parameters.TableName}`;
  if (plan.changes.some(({ action, resource }) => resource === table && action !== 'create')) {
    print('Credential Store table already exists');
  }
  if (dryRun) {
    print('Nothing was changed: this was a dry run.');
    return;
  }
  if (plan.changes.every(({ apply }) => apply === undefined)) {
    print('Nothing to do.');
    return;
  }
  await apply(plan);
  printNextSteps(command, request);
}

function setupRequest(flags: SetupFlags, command: Command): SetupRequest {
  const { attachRead = [], attachWrite = [] } = flags;
  return {
    parameters: compartmentParameters(command, flags),
    readers: attachRead,
    writers: attachWrite,
    tags: parsePairs(command, flags.tags ?? [], 'tags are given as key=value words'),
    tell: print,
  };
}

async function apply(plan: SetupPlan): Promise<void> {
  try {
    await plan.apply();
  } catch (error) {
    if (plan.made.length > 0) {
      process.stderr.write(
        `What was made stays: ${plan.made.join(', ')}. Run this again to go on from there.\n`,
      );
    }
    throw error;
  }
}

function printNextSteps(command: Command, { parameters }: SetupRequest): void {
  const { compartment, ...others } = { ...globalOptions(command), ...command.opts<SetupFlags>() };
  const { table, key, region, kmsRegion, profile, arn } = others;
  const isFlagged = [table, key, region, kmsRegion, profile, arn].some(
    (flag) => flag !== undefined,
  );
  const credstash =
    compartment === undefined ? 'credstash' : `credstash --compartment ${compartment}`;
  print(`
Ready. What next${isFlagged ? ', with the same flags' : ''}:
  ${credstash} put NAME -P
  ${credstash} setup --attach-read ROLE   # lets it read, by ${parameters.ReadPolicyName}
  ${credstash} doctor                     # tells what you may do`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
