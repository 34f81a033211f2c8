import type { Halves, Principals, Scope, Verb } from './lockfile.js';
import { matches } from './pattern.js';

/** What is asked about: a secret, or if something isn't given, any. */
export interface Question {
  readonly name?: string | undefined;
  readonly context?: Readonly<Record<string, string>> | undefined;
}

export type Answer = 'yes' | 'no' | 'not known';

/** What the lockfile says of a principal and a verb. */
export interface Entry extends Halves {
  readonly principal: string;
  readonly verb: Verb;
  /** `half` if the table allows some of it and the key none, or the other way round: so all is refused. */
  readonly answer: 'yes' | 'not known' | 'half';
}

/** Whether a principal can use a secret in a way. */
export function answer(
  principals: Principals,
  principal: string,
  verb: Verb,
  question: Question,
): Answer {
  return ofHalves(verb, withAnybody(principals, principal, verb), question);
}

/** Who can use a secret, or has half of what that takes: with what of their halves is about it. */
export function entriesOf(principals: Principals, question: Question): Entry[] {
  return Object.entries(principals).flatMap(([principal, verbs]) =>
    (Object.keys(verbs) as Verb[]).flatMap((verb): Entry[] => {
      const { table: atTable = [], key: atKey = [] } = verbs[verb] ?? {};
      const { table, key } = withAnybody(principals, principal, verb);
      const isMeant = (scope: Scope) => within(scope, question) !== 'no';
      if (![...atTable, ...atKey].some(isMeant)) return [];
      const its = ofHalves(verb, { table, key }, question);
      // A grant that is whole, and about other secrets, is none of this one.
      if (its === 'no' && ofHalves(verb, { table, key }, {}) !== 'no') return [];
      return [
        {
          principal,
          verb,
          answer: its === 'no' ? 'half' : its,
          ...(table && { table: table.filter(isMeant) }),
          ...(key && { key: key.filter(isMeant) }),
        },
      ];
    }),
  );
}

/** What anybody may do, each identity of the account may do, too. */
function withAnybody(principals: Principals, principal: string, verb: Verb): Halves {
  const all = [...new Set([principal, 'anybody'])].map((each) => principals[each]?.[verb] ?? {});
  const half = (which: keyof Halves) => {
    const scopes = all.flatMap((each) => each[which] ?? []);
    const isGiven = all.some((each) => each[which] !== undefined);
    if (!isGiven) return {};
    const distinct = new Map(scopes.map((each) => [JSON.stringify(each), each]));
    const everything = distinct.get('{}');
    return { [which]: everything ? [everything] : [...distinct.values()] };
  };
  return { ...half('table'), ...half('key') };
}

function ofHalves(verb: Verb, { table, key }: Halves, question: Question): Answer {
  const ofTable = some(table ?? [], question);
  if (key === undefined) return ofTable;
  const ofKey = some(key, question);
  // Who can change either policy can give themselves what the other half allows.
  return verb === 'control' ? or(ofTable, ofKey) : and(ofTable, ofKey);
}

/** @param all Whether all requests are meant, where a name or a context isn't given, and not any. */
function some(scopes: readonly Scope[], question: Question, all = false): Answer {
  return scopes.map((scope) => within(scope, question, all)).reduce(or, 'no');
}

function within(scope: Scope, { name, context }: Question, all = false): Answer {
  const { names, context: pairs = {}, notKnown = [], except = [] } = scope;
  const given = new Map(
    Object.entries(context ?? {}).map(([key, value]) => [key.toLowerCase(), value]),
  );
  const isOpen = all ? 'no' : 'yes';
  const limits = [
    ...(names ? [name === undefined ? isOpen : ofPatterns(names, name)] : []),
    ...Object.entries(pairs).map(([key, values]) =>
      context === undefined ? isOpen : ofPatterns(values, given.get(key)),
    ),
    ...notKnown.map((): Answer => 'not known'),
  ];
  const refused = some(except, { name, context }, !all);
  return limits.reduce(and, refused === 'yes' ? 'no' : refused === 'no' ? 'yes' : refused);
}

function ofPatterns(patterns: readonly string[], text: string | undefined): Answer {
  if (text === undefined) return 'no';
  const answers = patterns.map((pattern): Answer => {
    const matching = matches(pattern, text);
    return matching === undefined ? 'not known' : matching ? 'yes' : 'no';
  });
  return answers.reduce(or, 'no');
}

function or(a: Answer, b: Answer): Answer {
  if (a === 'yes' || b === 'yes') return 'yes';
  return a === 'no' ? b : a;
}

function and(a: Answer, b: Answer): Answer {
  if (a === 'no' || b === 'no') return 'no';
  return a === 'yes' ? b : a;
}
