import type { Command } from 'commander';

import { CredstashError } from '../../errors.js';
import { parsePairs } from '../arguments.js';
import { saveKmsRegion } from '../config-file.js';
import { addConnectionOptions } from '../connection.js';

interface SetupFlags {
  readonly saveKmsRegion?: string;
  readonly tags?: string[];
}

export function addSetupCommand(root: Command): void {
  const command = root
    .command('setup')
    .description('save the region of the key; the compartment is made by `cdk deploy`')
    .option('--save-kms-region <region>', 'keep the region of the key in ~/.credstash')
    .option('--tags <key=value...>', 'tags of the table')
    .addHelpText('after', '\nExample:\n  $ credstash setup --save-kms-region eu-west-1')
    .action(setup);
  addConnectionOptions(command);
}

async function setup(flags: SetupFlags, command: Command) {
  parsePairs(command, flags.tags ?? [], 'tags are given as key=value words');
  if (flags.saveKmsRegion !== undefined) {
    await saveKmsRegion(flags.saveKmsRegion);
    process.stdout.write(`KMS region set to ${flags.saveKmsRegion}\n`);
    return;
  }
  throw new CredstashError(
    'ERR_INVALID_ARGUMENT',
    'The key, the table and the policies are made by `npx cdk deploy`, not by this command.',
  );
}
