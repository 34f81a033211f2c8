import { Option, type Command } from 'commander';

import { DIGESTS, type Digest } from '../../format/seal.js';
import { FORMATS } from '../output/formats.js';

/** The flag for the output format. */
export function formatOption(): Option {
  return new Option('-f, --format <format>', 'output format for many secrets')
    .choices(FORMATS)
    .default('json');
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

/** The options that the flags stand for. -a overrides -v, as in Python. */
export function putOptions(flags: PutFlags) {
  const { autoversion, comment, digest, ifChanged, version } = flags;
  const autoVersion = autoversion ?? (ifChanged && version === undefined);
  return { version: autoVersion ? undefined : version, autoVersion, ifChanged, comment, digest };
}
