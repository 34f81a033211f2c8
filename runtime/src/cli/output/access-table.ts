import type { Entry } from '../../access/answer.js';
import type { AccessReport, CompartmentReport } from '../../access/report.js';
import { bindingWords, halfWords, questionWords, VERB_WORDS } from '../../access/words.js';
import { formatTable } from './table.js';
import { printLine, shown } from './terminal.js';

const HEAD = ['who', 'can', 'at the table', 'at the key'];

/** How a verb is said that isn't surely allowed. */
const DOUBTS: Readonly<Record<Entry['answer'], string>> = {
  yes: '',
  'not known': 'perhaps ',
  half: 'half of ',
};

/** What is said once of some of the rows. */
const NOTES: readonly (readonly [isShown: (entry: Entry) => boolean, note: string])[] = [
  [({ answer }) => answer === 'half', 'Half of it, without the other half, allows nothing.'],
  [
    ({ principal }) => principal === 'anybody',
    'What anybody can do, each identity of the account can do, too.',
  ],
  [
    ({ principal }) => principal.startsWith('policy '),
    'No identity of the app has the policies: who is given one can do what it says.',
  ],
];

/** Print who can use a secret, or any, as a table for each compartment. */
export function printAccess(
  { question, compartments, notKnown }: AccessReport,
  file: string,
): void {
  printLine(`As ${file} says:`);
  if (compartments.length === 0) printLine('The app has no compartment.');
  for (const each of compartments) printCompartment(each, questionWords(question));
  for (const each of notKnown) printLine(`Not known: ${each}.`);
}

function printCompartment(its: CompartmentReport, asked: string): void {
  const { access, name, path } = its;
  printLine('');
  if (access.length === 0) printLine(`${name} (${path}): nobody can use ${asked}.`);
  else printEntries(its, `${name} (${path}): who can use ${asked}`);
  for (const each of its.notKnown) printLine(`Not known: ${each}.`);
}

function printEntries(its: CompartmentReport, title: string): void {
  const { access } = its;
  printLine(title);
  const rows = rowsOf(access).map((row) => row.map((cell) => shown(cell)));
  process.stdout.write(formatTable(HEAD, rows, process.stdout.columns || undefined));
  printLine(bindingWords(its));
  for (const [isShown, note] of NOTES) if (access.some(isShown)) printLine(note);
  const shows = (principal: string) => access.some((each) => each.principal === principal);
  for (const { rule, principal, reason } of its.acknowledged) {
    if (shows(principal)) printLine(`On purpose: ${rule}, ${principal}: ${reason}`);
  }
}

/** A row for the verbs of a principal that need the same. */
function rowsOf(access: readonly Entry[]): string[][] {
  const rows = new Map<string, string[]>();
  for (const { principal, verb, answer, table, key } of access) {
    const halves = [halfWords(table, quoted), halfWords(key, quoted)];
    const id = JSON.stringify([principal, answer, ...halves]);
    const [, verbs] = rows.get(id) ?? [];
    const its = DOUBTS[answer] + VERB_WORDS[verb];
    rows.set(id, [principal, verbs === undefined ? its : `${verbs}, ${its}`, ...halves]);
  }
  return [...rows.values()];
}

/** A value in quotes, unless it can't be taken for the words around it. */
function quoted(value: string): string {
  return /^[\w+=.@:/*?${}-]+$/.test(value) ? value : JSON.stringify(value);
}
