import { Option, type Command } from 'commander';

import { PERMISSIONS, type Finding, type Permission } from '../../doctor/findings.js';
import { parseContext } from '../input/arguments.js';
import { addConnectionOptions, globalOptions } from '../input/connection.js';
import { Exit } from '../output/exit.js';
import { printError, printLine } from '../output/terminal.js';
import {
  addProvisioningOptions,
  compartmentParameters,
  createClients,
  provisioner,
  readTemplate,
  type ProvisioningFlags,
} from '../input/provisioning.js';

interface DoctorFlags extends ProvisioningFlags {
  readonly expect: readonly Permission[];
}

/** Nobody's secret. */
const ANY_NAME = 'credstash-doctor';

const MARKS: Readonly<Record<Finding['verdict'], string>> = {
  ok: 'ok',
  wrong: 'NO',
  unknown: '??',
};

export function addDoctorCommand(root: Command): void {
  const command = root
    .command('doctor')
    .description('check the region, the table, the key and your permissions; change nothing')
    .argument('[credential]', 'secret to check permissions for (default: any name)')
    .argument('[context...]', 'its encryption context: key=value pairs')
    .addOption(
      new Option('--expect <permission...>', 'fail only if one of these is missing')
        .choices(PERMISSIONS)
        .default(PERMISSIONS, PERMISSIONS.join(' ')),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ credstash doctor --compartment prod
  $ credstash doctor app/db.password env=prod --expect read`,
    )
    .action(doctor);
  addProvisioningOptions(command);
  addConnectionOptions(command);
}

async function doctor(
  name: string | undefined,
  words: string[],
  flags: DoctorFlags,
  command: Command,
) {
  const patient = {
    parameters: compartmentParameters(command, flags),
    name: name ?? ANY_NAME,
    context: parseContext(command, words),
    adopt: flags.adopt,
    timeout: globalOptions(command).timeout,
  };
  const { examine } = await provisioner();
  const findings = await examine(await readTemplate(), patient, await createClients(command));
  const isExpected = ({ subject, verdict }: Finding) =>
    verdict === 'unknown' && (subject === 'key' || subject === 'alias')
      ? flags.expect.some((permission) => permission !== 'list') // which needs no key
      : !isPermission(subject) || flags.expect.includes(subject);
  for (const finding of findings) {
    const { subject, verdict, text } = finding;
    const mark = verdict === 'ok' || isExpected(finding) ? MARKS[verdict] : '--';
    printLine(`${mark}  ${subject.padEnd('identity'.length)}  ${text}`);
  }
  const failed = findings.filter((each) => each.verdict !== 'ok' && isExpected(each));
  if (failed.length === 0) return;
  if (name === undefined && failed.some(({ subject }) => isPermission(subject))) {
    printError(
      'If the grant has a scope, name one of its secrets: `credstash doctor NAME key=value`.',
    );
  }
  throw new Exit(1);
}

function isPermission(subject: Finding['subject']): subject is Permission {
  return (PERMISSIONS as readonly string[]).includes(subject);
}
