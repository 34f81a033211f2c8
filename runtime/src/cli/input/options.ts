import { Option, type Command } from 'commander';

import { DIGESTS, type Digest } from '../../format/seal.js';
import { FORMATS } from '../output/formats.js';

/** How secrets are written. */
export function formatOption(): Option {
  return new Option('-f, --format <format>', 'format of many secrets')
    .choices(FORMATS)
    .default('json');
}

/** Flags of the commands that put. */
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
    .option('-k, --key <key>', "KMS key to seal with (default: the compartment's)")
    .option('-v, --version <version>', 'version to store (default: 1)')
    .option('-a, --autoversion', 'store the version after the latest')
    .option('--if-changed', 'store the next version, or -v, unless the latest has this value')
    .option('-c, --comment <comment>', 'stored beside the secret, in clear')
    .addOption(
      new Option('-d, --digest <digest>', 'hash of the HMAC').choices(DIGESTS).default('SHA256'),
    );
}

/** What the flags ask for: -a prevails over -v, as in Python. */
export function putOptions(flags: PutFlags) {
  const { autoversion, comment, digest, ifChanged, version } = flags;
  const autoVersion = autoversion ?? (ifChanged && version === undefined);
  return { version: autoVersion ? undefined : version, autoVersion, ifChanged, comment, digest };
}
