import { covers, overlaps } from './pattern';

/** The requests that a statement is about: all of a kind, or those within limits, which all must hold. */
export interface Scope {
  /** Patterns of IAM for the names of secrets. */
  readonly names?: readonly string[];
  /** Patterns of IAM for the values that the encryption context must have, by key. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
  /** What else must hold, and can't be told from the templates. */
  readonly notKnown?: readonly string[];
  /** But not the requests of these scopes. */
  readonly except?: readonly Scope[];
}

/** The requests that are in both scopes; nothing if there are none. */
export function intersection(a: Scope, b: Scope): Scope | undefined {
  const names = common(a.names, b.names);
  const keys = [...new Set([a, b].flatMap(({ context = {} }) => Object.keys(context)))];
  const pairs = keys.map((key) => [key, common(a.context?.[key], b.context?.[key])] as const);
  const lists = [names, ...pairs.map(([, values]) => values)];
  if (lists.some((list) => list?.patterns.length === 0)) return undefined;
  const notKnown = [a.notKnown, b.notKnown, ...lists.map((list) => list?.notKnown)].flat();
  return scope({
    names: names?.patterns,
    context: Object.fromEntries(pairs.map(([key, values]) => [key, values?.patterns ?? []])),
    notKnown: notKnown.filter((each) => each !== undefined),
    except: [...(a.except ?? []), ...(b.except ?? [])],
  });
}

/** Every pair of scopes from two lists, each of which has alternatives. */
export function allPairs(one: readonly Scope[], other: readonly Scope[]): Scope[] {
  return simplest(one.flatMap((a) => other.flatMap((b) => intersection(a, b) ?? [])));
}

/** The requests of some alternatives but not those of others. */
export function without(alternatives: readonly Scope[], refused: readonly Scope[]): Scope[] {
  const left = alternatives.flatMap((each) => {
    if (refused.some((other) => includes(other, each))) return [];
    const except = refused.filter((other) => intersection(other, each) !== undefined);
    return intersection(each, { except }) ?? [];
  });
  return simplest(left);
}

/** Alternatives in a stable order, none of which is within another. */
export function simplest(alternatives: readonly Scope[]): Scope[] {
  const byText = new Map(alternatives.map((each) => [JSON.stringify(each), each]));
  const unique = [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  return unique.filter(
    (each, index) =>
      !unique.some(
        (other, place) =>
          place !== index && includes(other, each) && !(place > index && includes(each, other)),
      ),
  );
}

/** Whether a scope surely includes every request of another. */
export function includes(wide: Scope, narrow: Scope): boolean {
  const within = (a: readonly string[] | undefined, b: readonly string[] | undefined) =>
    a === undefined || (b?.every((each) => a.some((pattern) => covers(pattern, each))) ?? false);
  const isExcepted = (each: Scope) =>
    intersection(each, { ...narrow, except: [] }) === undefined ||
    (narrow.except ?? []).some((other) => includes(other, each));
  return (
    within(wide.names, narrow.names) &&
    Object.entries(wide.context ?? {}).every(([key, its]) => within(its, narrow.context?.[key])) &&
    (wide.notKnown ?? []).every((each) => narrow.notKnown?.includes(each)) &&
    (wide.except ?? []).every(isExcepted)
  );
}

/** A scope without empty fields, its lists sorted. */
export function scope({ names, context = {}, notKnown = [], except = [] }: Scope): Scope {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...(names === undefined ? {} : { names: sorted(names) }),
    ...(pairs.length === 0
      ? {}
      : { context: Object.fromEntries(pairs.map(([key, values]) => [key, sorted(values)])) }),
    ...(notKnown.length === 0 ? {} : { notKnown: sorted(notKnown) }),
    ...(except.length === 0 ? {} : { except: simplest(except) }),
  };
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

interface Common {
  readonly patterns: readonly string[];
  readonly notKnown?: readonly string[];
}

/** What two lists of patterns have in common; nothing if neither limits. */
function common(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): Common | undefined {
  if (a === undefined || b === undefined) {
    const patterns = a ?? b;
    return patterns && { patterns };
  }
  const found = a.flatMap((one) =>
    b.flatMap((other): Common[] => {
      if (covers(one, other)) return [{ patterns: [other] }];
      if (covers(other, one)) return [{ patterns: [one] }];
      const notKnown = [`${one} and ${other} both match`];
      return overlaps(one, other) ? [{ patterns: [one], notKnown }] : [];
    }),
  );
  return {
    patterns: found.flatMap(({ patterns }) => patterns),
    notKnown: found.flatMap(({ notKnown = [] }) => notKnown),
  };
}
