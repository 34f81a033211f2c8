import { Halves, Verb } from './verbs';
import { LockedCompartment, Lockfile } from './lockfile';
import { Scope } from './scope';

/** The lockfile as a page to read. */
export function markdownOf({ compartments, notKnown }: Lockfile): string {
  const pages = Object.entries(compartments).map(([path, each]) => compartment(path, each));
  const intro = [
    '# Who has access to secrets',
    'Written by `CompartmentAccess` from the templates of the app. To use a secret, a principal needs what its line says at the table and at the key. What other apps, and the policies of an organization, give or refuse is not seen here.',
  ];
  const none = pages.length === 0 ? ['The app has no compartment.'] : [];
  const rest = notKnown.length === 0 ? [] : ['## Not known', bullets(notKnown)];
  return `${[...intro, ...none, ...pages, ...rest].join('\n\n')}\n`;
}

function compartment(path: string, its: LockedCompartment): string {
  const { name, table, key, aliases, bindsNames, opensUnbound, principals } = its;
  const binding = opensUnbound ? 'binds names, and still opens what is not bound' : 'binds names';
  const facts = [
    `Table: ${code(table)}`,
    `Key: ${[key, ...aliases].map(code).join(', ')}`,
    `The key ${bindsNames ? binding : 'does not bind names'}.`,
    ...its.notKnown.map((each) => `Not known: ${text(each)}`),
    ...its.acknowledged.map(
      ({ rule, principal, reason }) => `On purpose: ${rule}, ${text(principal)}: ${text(reason)}`,
    ),
  ];
  const lines = Object.entries(principals).flatMap(([principal, verbs]) =>
    Object.entries(byHalves(verbs)).map(
      ([halves, its]) => `| ${text(principal)} | ${its} | ${halves}`,
    ),
  );
  const rows = ['| who | can | at the table | at the key |', '| --- | --- | --- | --- |', ...lines];
  return [
    `## ${text(name)} (${text(path)})`,
    bullets(facts),
    lines.length === 0 ? 'Nobody has access.' : rows.join('\n'),
  ].join('\n\n');
}

/** The verbs in words, by what the halves say: verbs that need the same share a line. */
function byHalves(verbs: LockedCompartment['principals'][string]): Record<string, string> {
  const lines: Record<string, string> = {};
  for (const [verb, { table, key }] of Object.entries(verbs) as [Verb, Halves][]) {
    const halves = `${half(table)} | ${half(key)} |`;
    lines[halves] = [lines[halves] ?? [], WORDS[verb]].flat().join(', ');
  }
  return lines;
}

const WORDS: Readonly<Record<Verb, string>> = {
  read: 'read',
  readUnbound: 'read what is not bound',
  write: 'write',
  list: 'list',
  delete: 'delete',
  rewrap: 'rewrap',
  control: 'change who has access',
};

function half(scopes: readonly Scope[] | undefined): string {
  if (scopes === undefined) return '';
  return scopes.length === 0 ? '**nothing**' : scopes.map(words).join('; or ');
}

function words({ names, context = {}, notKnown = [], except = [] }: Scope): string {
  const limits = [
    ...((names ?? []).length > 0 ? [`names ${(names ?? []).map(code).join(', ')}`] : []),
    ...Object.entries(context).map(
      ([key, values]) => `context ${values.map((value) => code(`${key}=${value}`)).join(' or ')}`,
    ),
    ...notKnown.map((each) => `not known if ${code(each)}`),
  ];
  const refused = except.map((each) => ` but not (${words(each)})`).join('');
  return (limits.length === 0 ? 'everything' : limits.join(', ')) + refused;
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}

function code(value: string): string {
  return `\`${visible(value).replaceAll('|', '\\|').replaceAll('`', "'")}\``;
}

function text(value: string): string {
  return visible(value.replace(/\r?\n/g, ' ')).replace(/[\\`*_{}[\]<>#|~]/g, '\\$&');
}

/** A text whose control characters, which end a line or reorder it, are escaped. */
function visible(value: string): string {
  return value.replace(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
