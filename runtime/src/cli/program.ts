import { Command } from 'commander';

import manifest from '../../package.json' with { type: 'json' };
import { addDeleteCommand } from './commands/delete.js';
import { addGetCommand } from './commands/get.js';
import { addKeysCommand } from './commands/keys.js';
import { addListCommand } from './commands/list.js';
import { addPutCommand } from './commands/put.js';
import { addConnectionOptions } from './connection.js';

/** The whole command line. What fails is thrown: nothing here exits. */
export function program(): Command {
  const root = new Command('credstash')
    .description('Put and get secrets in a compartment: sealed by KMS, kept in DynamoDB.')
    .version(manifest.version, '-V, --version')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) });
  addConnectionOptions(root, '-n, --arn <arn>');
  addPutCommand(root);
  addGetCommand(root);
  addListCommand(root);
  addKeysCommand(root);
  addDeleteCommand(root);
  return root;
}

function oneLine(text: string): string {
  return `${text.trim().replace(/\s*\n\s*/g, ' ')}\n`;
}
