import { Option, type Command } from 'commander';

import { DIGESTS, type Digest } from '../../format/seal.js';
import { isNumeric } from '../../format/version.js';
import { isPattern } from '../../operations/pattern.js';
import { FORMATS } from '../output/formats.js';
import { printError } from '../output/terminal.js';

/** The flag for the output format. */
export function formatOption(): Option {
  return new Option('-f, --format <format>', 'output format for many secrets')
    .choices(FORMATS)
    .default('json');
}

/** The version to get. As for Python, an empty one is the latest: a script's variable is not set. */
export function givenVersion({ version }: { readonly version?: string }): string | undefined {
  return version === '' ? undefined : version;
}

/** The flags for how versions are listed. */
export function addEntriesOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-f, --format <format>', 'format').choices(['text', 'table']).default('text'),
    )
    .option('--json', 'print a JSON array of objects with name, version and, if set, comment');
}

/** Flags of `put` and `putall`. */
export interface PutFlags {
  readonly autoversion?: boolean;
  readonly comment?: string;
  readonly digest: Digest;
  readonly ifChanged?: boolean;
  readonly key?: string;
  readonly version?: string;
}

export function addPutOptions(command: Command): Command {
  return command
    .option('-k, --key <key>', "KMS key to encrypt with (default: the compartment's)")
    .option('-v, --version <version>', 'version to store (default: 1)')
    .option('-a, --autoversion', 'store the next version')
    .option('--if-changed', 'store the next version (or -v), unless the latest has this value')
    .option('-c, --comment <comment>', 'comment, stored unencrypted')
    .addOption(
      new Option('-d, --digest <digest>', 'hash function of the HMAC')
        .choices(DIGESTS)
        .default('SHA256'),
    );
}

/** Warn of what is stored, but can't be used as others are. */
export function warnOfPut(names: Iterable<string>, flags: PutFlags): void {
  const { version } = putOptions(flags);
  // An empty version is refused.
  if (version && !isNumeric(version)) {
    warn(`version ${version} is not a number: if it becomes the latest, put -a fails after it`);
  }
  for (const name of names) if (isPattern(name)) warn(`get takes the name ${name} for a pattern`);
}

export function warn(message: string): void {
  printError(`warning: ${message}`);
}

/** The options that the flags stand for. -a overrides -v, as in Python. */
export function putOptions(flags: PutFlags) {
  const { autoversion, comment, digest, ifChanged, version } = flags;
  const autoVersion = autoversion ?? (ifChanged && version === undefined);
  return { version: autoVersion ? undefined : version, autoVersion, ifChanged, comment, digest };
}
