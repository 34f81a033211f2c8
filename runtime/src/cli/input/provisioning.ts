import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getAsset, isSea } from 'node:sea';

import type { Command } from 'commander';

import { compartmentNames } from '../../compartment.js';
import { CredstashError } from '../../errors.js';
import type { Clients } from '../../setup/clients.js';
import type { CompartmentParameters } from '../../setup/setup.js';
import type { Template } from '../../setup/template.js';
import { clientConfigs, globalOptions } from './connection.js';

/** Flags of `setup` and `doctor`. */
export interface ProvisioningFlags {
  readonly adopt?: string[];
  readonly key?: string;
  readonly readPolicy?: string;
  readonly writePolicy?: string;
}

/** Add the flags of both `setup` and `doctor`. */
export function addProvisioningOptions(command: Command): void {
  command
    .option('-k, --key <alias>', "alias of the key (default: the compartment's)")
    .option('--adopt <arn...>', 'a key or table to take although it is open to others');
}

/** The names of the resources that the flags choose. */
export function compartmentParameters(
  command: Command,
  flags: ProvisioningFlags,
): CompartmentParameters {
  const names = compartmentNames({ ...globalOptions(command), key: flags.key }, process.env);
  return {
    KeyAlias: names.key,
    TableName: names.table,
    ReadPolicyName: flags.readPolicy ?? names.readPolicy,
    WritePolicyName: flags.writePolicy ?? names.writePolicy,
  };
}

/** The code that only `setup` and `doctor` use, in a bundle that other commands don't load. */
export function provisioner() {
  return import('./credstash-provisioner.cjs');
}

/** @param kmsRegion The region of the key, unless a flag names one. */
export async function createClients(command: Command, kmsRegion?: string): Promise<Clients> {
  const { createClients } = await provisioner();
  const { service, kms } = await clientConfigs(command, kmsRegion);
  return createClients(service, kms);
}

/** The template of a compartment. The build synthesizes it next to the CLI, or into it. */
export async function readTemplate(): Promise<Template> {
  const name = 'compartment.template.json';
  if (isSea()) return JSON.parse(getAsset(name, 'utf8')) as Template;
  const file = join(__dirname, name);
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Template;
  } catch (cause) {
    const { code = 'it is not JSON' } = cause as NodeJS.ErrnoException;
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `The template of a compartment, ${file}, can't be read (${code}). Install credstash-runtime again.`,
      { cause },
    );
  }
}
