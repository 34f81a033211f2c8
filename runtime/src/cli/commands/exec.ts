import type { Command } from 'commander';

import { isPattern, nameMatcher } from '../../operations/pattern.js';
import { collect, parseContext, parsePairs } from '../input/arguments.js';
import { readSecrets } from '../output/bulk.js';
import { runChild } from '../child.js';
import { addConnectionOptions, connect } from '../input/connection.js';
import { Exit } from '../exit.js';
import { reportFailures } from '../output/report.js';
import { hasZeroByte, toVariables, zeroByteError } from '../output/variables.js';

interface ExecFlags {
  readonly clobber: boolean;
  readonly context?: readonly string[];
  readonly map?: readonly string[];
  readonly prefix?: string;
  readonly pristine?: boolean;
  readonly strict?: boolean;
  readonly strip?: boolean;
}

export function addExecCommand(root: Command): void {
  const command = root
    .command('exec')
    .description('run a command with secrets in its environment')
    .usage('[options] [name or pattern...] -- <command> [args...]')
    .argument('<words...>', 'names or patterns of secrets, then --, then the command')
    .option('--prefix <prefix>', 'also the secrets whose name begins so')
    .option('--strip', "leave the prefix out of the variables' names")
    .option('--map <VAR=name>', 'also this secret, as this variable; may be repeated', collect)
    .option('--context <key=value>', 'encryption context; may be repeated', collect)
    .option('--strict', 'fail if a pattern, or the prefix, matches nothing')
    .option('--pristine', 'an environment of the secrets and PATH alone')
    .option('--no-clobber', 'leave variables as they are that are set already')
    .addHelpText(
      'after',
      `
A secret's variable is its name in upper case, with _ for each of / . : - and space.

Examples:
  $ credstash exec app/db.password -- printenv APP_DB_PASSWORD
  $ credstash exec --prefix app/ --strip --context env=prod -- ./server --port 80`,
    )
    .action(exec);
  addConnectionOptions(command);
}

async function exec(words: string[], flags: ExecFlags, command: Command) {
  const separator = process.argv.indexOf('--');
  const childWords = separator === -1 ? [] : process.argv.slice(separator + 1);
  const [file, ...args] = childWords;
  if (file === undefined) command.error('error: the command to run is given after --');

  const { prefix } = flags;
  if (flags.strip && prefix === undefined) command.error('error: --strip goes with --prefix');
  const context = parseContext(command, flags.context ?? []);
  const mapped = parsePairs(command, flags.map ?? [], '--map is given as VAR=name');
  const asked = words.slice(0, words.length - childWords.length);
  if (prefix !== undefined) asked.push(`${prefix}*`);

  const names = [...new Set([...asked, ...Object.values(mapped)])];
  if (names.length === 0) command.error('error: name a secret, a pattern or a prefix before --');
  const { secrets, failures } = await readSecrets(await connect(command), { names, context });
  const matches = nameMatcher(asked);
  const named = toVariables(
    new Map([...secrets].filter(([name]) => matches(name))),
    flags.strip ? prefix : '',
  );
  const own = Object.entries(mapped).map(([variable, name]) => [variable, secrets.get(name) ?? '']);
  const failed = new Map<string, Error>([...failures, ...named.failures]);
  for (const name of Object.values(mapped)) {
    if (hasZeroByte(secrets.get(name) ?? '')) failed.set(name, zeroByteError());
  }
  const unmatched = asked.filter(
    (pattern) =>
      isPattern(pattern) && ![...secrets.keys(), ...failures.keys()].some(nameMatcher([pattern])),
  );
  if (flags.strict) {
    for (const pattern of unmatched) failed.set(pattern, new Error("no secret's name matches"));
  }
  if (failed.size > 0) {
    reportFailures(failed);
    process.stderr.write(`${file} was not started\n`);
    throw new Exit(1);
  }

  const variables = Object.fromEntries([...named.variables, ...own]) as Record<string, string>;
  const inherited = flags.pristine ? { PATH: process.env.PATH } : process.env;
  const env = flags.clobber ? { ...inherited, ...variables } : { ...variables, ...inherited };
  throw new Exit(await runChild(file, args, env));
}
