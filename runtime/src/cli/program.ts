import { Command } from 'commander';

import manifest from '../../package.json' with { type: 'json' };
import { addAccessCommand } from './commands/access.js';
import { addCompleteNamesCommand } from './commands/complete-names.js';
import { addCompletionCommand } from './commands/completion.js';
import { addDeleteCommand } from './commands/delete.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addExecCommand } from './commands/exec.js';
import { addGetCommand } from './commands/get.js';
import { addGetAllCommand } from './commands/getall.js';
import { addHistoryCommand } from './commands/history.js';
import { addKeysCommand, addListCommand } from './commands/list.js';
import { addMigrateVersionsCommand } from './commands/migrate-versions.js';
import { addPutCommand } from './commands/put.js';
import { addPutAllCommand } from './commands/putall.js';
import { addRebindCommand } from './commands/rebind.js';
import { addSetupCommand } from './commands/setup.js';
import { addTemplateCommand } from './commands/template.js';
import { addConnectionOptions, globalOptions } from './input/connection.js';
import { limitTime } from './output/interruption.js';
import type { Log } from './output/log.js';
import { shown } from './output/terminal.js';

/** The command line. Failures are thrown: nothing here exits. */
export function program(log: Log): Command {
  const root = new Command('credstash')
    .description('Put and get secrets: encrypted with KMS, stored in DynamoDB.')
    .version(manifest.version, '-V, --version')
    .enablePositionalOptions()
    .exitOverride()
    // With the arguments of each, the descriptions would have no room to wrap.
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
    .hook('preAction', (_, command) => {
      const { logFile, logLevel = 'WARNING', timeout } = globalOptions(command);
      log.open(logFile, logLevel);
      if (timeout !== undefined) limitTime(timeout);
    });
  addConnectionOptions(root, '-n, --arn <arn>').addHelpText(
    'after',
    `
Examples:
  $ credstash put app/db.password -P env=prod
  $ credstash get app/db.password env=prod
  $ credstash exec 'app/*' --context env=prod -- ./server

\`credstash help COMMAND\` explains a command.`,
  );
  for (const addCommand of [
    addPutCommand,
    addGetCommand,
    addGetAllCommand,
    addListCommand,
    addKeysCommand,
    addHistoryCommand,
    addPutAllCommand,
    addDeleteCommand,
    addExecCommand,
    addTemplateCommand,
    addSetupCommand,
    addDoctorCommand,
    addAccessCommand,
    addMigrateVersionsCommand,
    addRebindCommand,
    addCompletionCommand,
    addCompleteNamesCommand,
  ]) {
    addCommand(root);
  }
  return root;
}

function oneLine(text: string): string {
  return `${shown(text.trim().replace(/\s*\n\s*/g, ' '), process.stderr)}\n`;
}
