import type { Command } from 'commander';

import { isReference } from '../../operations/reference.js';
import { runChild } from '../exec/child.js';
import { planExec } from '../exec/plan.js';
import { Exit } from '../output/exit.js';
import { collect, parseContext, parsePairs } from '../input/arguments.js';
import { addConnectionOptions, connect } from '../input/connection.js';
import { warn } from '../input/options.js';
import { readReferences, readSecrets } from '../output/bulk.js';
import { accountFor, interrupted } from '../output/interruption.js';
import { printError } from '../output/terminal.js';
import { reportFailures } from '../output/words.js';

interface ExecFlags {
  readonly all?: boolean;
  readonly clobber: boolean;
  readonly context?: readonly string[];
  readonly map?: readonly string[];
  readonly prefix?: string;
  readonly pristine?: boolean;
  readonly refs?: boolean;
  readonly skipMissing?: boolean;
  readonly strict?: boolean;
  readonly strip?: boolean;
}

export function addExecCommand(root: Command): void {
  const command = root
    .command('exec')
    .description('run a command with secrets in its environment variables')
    .usage('[options] [name or pattern...] -- <command> [args...]')
    .argument('<words...>', 'names or patterns of secrets, then --, then the command')
    .option('--all', 'add all secrets')
    .option('--prefix <prefix>', 'add the secrets whose names start with this')
    .option('--strip', 'remove the prefix from the names of the variables')
    .option('--map <VAR=name>', 'set this variable to this secret (repeatable)', collect)
    .option(
      '--refs',
      'resolve references in the environment, such as DB_PASSWORD=credstash:app/db.password',
    )
    .option('--skip-missing', 'with --refs: remove the variables whose secrets do not exist')
    .option('--context <key=value>', 'encryption context (repeatable)', collect)
    .option(
      '--strict',
      'fail if a pattern or the prefix matches nothing (default: if all match nothing)',
    )
    .option('--pristine', 'pass only the secrets and PATH, not the rest of the environment')
    .option('--no-clobber', 'keep variables that are already set')
    .addHelpText(
      'after',
      `
A secret's variable is its name in upper case, with _ in place of / . : - and spaces. Variables that
change what programs run, such as PATH or NODE_OPTIONS, are set only by --map or a reference.

A reference is the whole value of a variable: credstash:NAME, or credstash:NAME?version=3. Its
encryption context is that of --context, or its own: credstash:NAME?context.env=prod. Characters other
than letters, digits and /:@-._~!$&'()*+,;= are percent-encoded.

Examples:
  $ credstash exec app/db.password -- printenv APP_DB_PASSWORD
  $ credstash exec --prefix app/ --strip --context env=prod -- ./server --port 80
  $ DB_PASSWORD=credstash:app/db.password credstash exec --refs -- ./server`,
    )
    .action(exec);
  addConnectionOptions(command);
}

async function exec(words: string[], flags: ExecFlags, command: Command) {
  const separator = process.argv.indexOf('--');
  const childWords = separator === -1 ? [] : process.argv.slice(separator + 1);
  const [file, ...args] = childWords;
  if (file === undefined) command.error('error: give the command to run after --');

  const { prefix } = flags;
  if (flags.strip && prefix === undefined) command.error('error: --strip requires --prefix');
  if (flags.skipMissing && !flags.refs) command.error('error: --skip-missing requires --refs');
  const context = parseContext(command, flags.context ?? []);
  const mapped = parsePairs(command, flags.map ?? [], '--map must be VAR=name');
  const asked = words.slice(0, words.length - childWords.length);
  if (flags.all) asked.push('*');
  if (prefix !== undefined) asked.push(`${prefix}*`);

  const names = [...new Set([...asked, ...Object.values(mapped)])];
  if (names.length === 0 && !flags.refs)
    command.error('error: name a secret, a pattern or a prefix before --, or --all or --refs');
  accountFor(() => (interrupted.aborted ? `${file} was not started.` : ''));
  const credstash = await connect(command);
  const read = await readSecrets(credstash, { names, context });
  const { references, others } = partEnvironment(flags.refs ?? false);
  for (const [variable, value = ''] of Object.entries(flags.refs ? others : {})) {
    if (!/^[\s"']*credstash:/i.test(value)) continue;
    warn(`${variable} is no reference: its value must start with credstash:, in lower case`);
  }
  const onMissing = flags.skipMissing ? 'skip' : 'reject';
  const referenced = await readReferences(credstash, references, {
    context: flags.context && context,
    onMissing,
  });
  const request = {
    asked,
    mapped,
    stripped: flags.strip ? (prefix ?? '') : '',
    isStrict: flags.strict ?? false,
    isPristine: flags.pristine ?? false,
    clobbers: flags.clobber,
  };
  const { env, failures, unmatched } = planExec(request, read, referenced, others);
  if (failures.size > 0) {
    reportFailures(failures);
    if ([...failures.keys()].some((name) => name.includes('='))) {
      printError('An encryption context is given by --context key=value.');
    }
    printError(`${file} was not started`);
    throw new Exit(1);
  }
  for (const variable of Object.keys(references)) {
    if (referenced.secrets.has(variable)) continue;
    warn(`${variable} is removed: its secret does not exist`);
  }
  for (const pattern of unmatched) {
    warn(`no secret's name matches ${pattern}`);
  }
  const exitCode = await runChild(file, args, env);
  if (exitCode !== 0) throw new Exit(exitCode);
}

/** The variables of this process that are references, and the others. */
function partEnvironment(resolves: boolean) {
  const part = (isWanted: (value: string) => boolean) =>
    Object.fromEntries(Object.entries(process.env).filter(([, value = '']) => isWanted(value)));
  const isOurs = (value: string) => resolves && isReference(value);
  return { references: part(isOurs), others: part((value) => !isOurs(value)) };
}
