import type { Question } from './answer.js';
import type { Scope, Verb } from './lockfile.js';

export const VERB_WORDS: Readonly<Record<Verb, string>> = {
  read: 'read',
  readUnbound: 'read what is not bound',
  write: 'write',
  list: 'list',
  delete: 'delete',
  rewrap: 'rewrap',
  control: 'change who has access',
};

/** What a scope is limited to, in words. */
export function scopeWords(scope: Scope, quote: (value: string) => string): string {
  const { names = [], context = {}, notKnown = [], except = [] } = scope;
  const limits = [
    ...(names.length > 0 ? [`names ${names.map(quote).join(', ')}`] : []),
    ...Object.entries(context).map(
      ([key, values]) => `context ${values.map((value) => quote(`${key}=${value}`)).join(' or ')}`,
    ),
    ...notKnown.map((each) => `not known if ${quote(each)}`),
  ];
  const refused = except.map((each) => ` but not (${scopeWords(each, quote)})`);
  return (limits.length === 0 ? 'everything' : limits.join(', ')) + refused.join('');
}

/** What a half allows, in words; nothing if the verb doesn't involve it. */
export function halfWords(
  scopes: readonly Scope[] | undefined,
  quote: (value: string) => string,
): string {
  if (scopes === undefined) return '';
  return scopes.map((each) => scopeWords(each, quote)).join('; or ') || 'nothing';
}

/** How the key treats names. */
export function bindingWords({
  bindsNames,
  opensUnbound,
}: {
  readonly bindsNames: boolean;
  readonly opensUnbound: boolean;
}): string {
  if (!bindsNames) return 'The key does not bind names.';
  return `The key binds names${opensUnbound ? ', and still opens what is not bound' : ''}.`;
}

/** The secret that is asked about. */
export function questionWords({ name = 'secrets', context }: Question): string {
  const pairs = Object.entries(context ?? {}).map((pair) => pair.join('='));
  return [name, ...(pairs.length > 0 ? ['with', pairs.join(', ')] : [])].join(' ');
}
