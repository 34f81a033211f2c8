import { Option, type Command } from 'commander';

import { DIGESTS, type Digest } from '../../seal.js';
import { parseContext } from '../arguments.js';
import { addConnectionOptions, connect } from '../connection.js';
import { promptValue, readValue } from '../value.js';

interface PutFlags {
  readonly autoversion?: boolean;
  readonly comment?: string;
  readonly digest: Digest;
  readonly key?: string;
  readonly prompt?: boolean;
  readonly version?: string;
}

export function addPutCommand(root: Command): void {
  const command = root
    .command('put')
    .description('store a new version of a secret')
    .argument('<credential>', 'name of the secret')
    .argument('[value]', 'its value: a text, @file, or - for standard input; none with -P')
    .argument('[context...]', 'key=value words, needed again to get it')
    .option('-k, --key <key>', "KMS key to seal with (default: the compartment's)")
    .option('-v, --version <version>', 'version to store (default: 1)')
    .option('-a, --autoversion', 'store the version after the latest')
    .option('-c, --comment <comment>', 'stored beside the secret, in clear')
    .addOption(
      new Option('-d, --digest <digest>', 'hash of the HMAC').choices(DIGESTS).default('SHA256'),
    )
    .option('-P, --prompt', 'ask for the value, without showing it')
    .configureOutput({ outputError: (text, write) => write(withoutValue(text)) })
    .action(put);
  addConnectionOptions(command);
}

async function put(
  name: string,
  value: string | undefined,
  words: string[],
  flags: PutFlags,
  command: Command,
) {
  const { autoversion, comment, digest, key, prompt = false } = flags;
  const context = parseContext(command, prompt && value !== undefined ? [value, ...words] : words);
  const credstash = await connect(command, key);
  const bytes = await (prompt ? promptValue(name) : readValue(value));
  // As in Python, -a prevails over -v.
  const version = autoversion ? undefined : flags.version;
  await credstash.put(name, bytes, {
    version,
    autoVersion: autoversion,
    comment,
    digest,
    context,
  });
  process.stdout.write(`${name} has been stored\n`);
}

/** A value that begins with `-` was taken for an option: say so, but don't repeat it. */
function withoutValue(text: string): string {
  return text.replace(
    /unknown option '[^]*/,
    'unknown option. A name or value that begins with - goes after --\n',
  );
}
