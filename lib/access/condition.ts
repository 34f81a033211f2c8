import { BOUND_NAME, BOUND_VERSION } from '../private/scope';
import { matches } from './pattern';
import { Request } from './request';
import { intersection, Scope, scope } from './scope';
import { Condition, Statement } from './statement';

const CONTEXT_KEYS = 'kms:encryptioncontextkeys';
const PAIR = 'kms:encryptioncontext:';
const RESERVED = [BOUND_NAME, BOUND_VERSION];

/** The requests of a kind of which all conditions hold; nothing if it is none. */
export function limits({ conditions }: Statement, request: Request): Scope | undefined {
  let all: Scope | undefined = {};
  for (const condition of conditions) {
    const its = limit(condition, request);
    all = all && its && intersection(all, its);
  }
  return all;
}

/** The requests of which a condition holds, if that is known: `none`, or those of a scope. */
type Holds = Scope | 'none' | undefined;

function limit(condition: Condition, request: Request): Scope | undefined {
  const { operator, key, values } = condition;
  const holds = evaluate(condition, request);
  if (holds === 'none') return undefined;
  return holds ?? scope({ notKnown: [`${operator} ${key} ${values.join(' or ')}`] });
}

function evaluate({ operator, key: said, values }: Condition, request: Request): Holds {
  const key = said.toLowerCase();
  const test = parse(operator);
  const isOfContext = key === CONTEXT_KEYS || key.startsWith(PAIR);
  const value = request.values[key] ?? (isOfContext && !request.contextKeys ? [] : undefined);
  if (value === undefined && request.contextKeys) {
    if (key === CONTEXT_KEYS) return ofContextKeys(test, values, request.contextKeys);
    if (isOfContext) return ofPair(test, values, key.slice(PAIR.length));
  }
  if (value === undefined) return undefined;
  if (test.name === 'Null') return always(values.includes(String(value.length === 0)));
  if (value === 'the name') return ofName(test, values);
  return value === 'something' ? undefined : always(ofValues(test, values, value));
}

function always(holds: boolean | undefined): Holds {
  if (holds === undefined) return undefined;
  return holds ? {} : 'none';
}

interface Test {
  readonly name: string;
  readonly quantifier: string | undefined;
  readonly isNegated: boolean;
  readonly ifExists: boolean;
  /** Whether it compares texts, in a way that is understood. */
  readonly isOfTexts: boolean;
}

function parse(operator: string): Test {
  const [, quantifier, full = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(operator) ?? [];
  const name = full.replace('Not', '');
  const isOfTexts = ['StringEquals', 'StringLike', 'ArnEquals', 'ArnLike', 'Bool'].includes(name);
  return {
    name,
    quantifier,
    isNegated: name !== full,
    ifExists: ifExists !== undefined,
    isOfTexts,
  };
}

/** The values of a condition as patterns. */
function patterns({ name }: Test, values: readonly string[]): readonly string[] {
  if (name === 'Bool') return values.map((value) => value.toLowerCase());
  if (name !== 'StringEquals') return values;
  return values.map((value) =>
    value.replace(/\$\{[^}]*\}|[*?]/g, (each) => (each.length > 1 ? each : `\${${each}}`)),
  );
}

function ofName(test: Test, values: readonly string[]): Holds {
  if (!test.isOfTexts) return undefined;
  const names = patterns(test, values);
  return test.isNegated ? { except: [scope({ names })] } : scope({ names });
}

/** Of a pair of the encryption context, which a request may have or not. */
function ofPair(test: Test, values: readonly string[], key: string): Holds {
  const has = (wanted: readonly string[]) => scope({ context: { [key]: wanted } });
  if (test.name === 'Null') {
    if (values.includes('true') && values.includes('false')) return {};
    return values.includes('false') ? has(['*']) : { except: [has(['*'])] };
  }
  if (!test.isOfTexts) return undefined;
  const matching = has(patterns(test, values));
  const isOfPresent = test.quantifier === 'ForAnyValue' && !test.ifExists;
  if (test.isNegated)
    return isOfPresent ? { ...has(['*']), except: [matching] } : { except: [matching] };
  const holdsIfAbsent = test.ifExists || test.quantifier === 'ForAllValues';
  return holdsIfAbsent ? { except: [{ ...has(['*']), except: [matching] }] } : matching;
}

/** Of which keys the encryption context has: it surely has some, and may have more. */
function ofContextKeys(test: Test, values: readonly string[], known: readonly string[]): Holds {
  if (test.name !== 'StringEquals') return undefined;
  const isKnown = values.some((value) => known.includes(value));
  const open = values.filter((value) => !RESERVED.includes(value));
  const has = open.map((value) => scope({ context: { [value.toLowerCase()]: ['*'] } }));
  if (test.quantifier === 'ForAllValues' && test.isNegated) {
    return isKnown ? 'none' : scope({ except: has });
  }
  if (test.quantifier === 'ForAnyValue' && !test.isNegated) {
    if (isKnown) return {};
    if (has.length < 2) return has[0] ?? 'none';
  }
  return undefined;
}

/** Whether a condition holds of values that are known; `undefined` if only the deployment knows. */
function ofValues(
  test: Test,
  wanted: readonly string[],
  actual: readonly string[],
): boolean | undefined {
  if (actual.length === 0) {
    if (test.ifExists || test.quantifier === 'ForAllValues') return true;
    return test.isNegated && test.quantifier !== 'ForAnyValue';
  }
  if (!test.isOfTexts) return undefined;
  const one = (text: string) => {
    const answers = patterns(test, wanted).map((pattern) => matches(pattern, text));
    const answer = answers.includes(true) || (answers.includes(undefined) ? undefined : false);
    return answer === undefined ? undefined : answer !== test.isNegated;
  };
  const answers = actual.map(one);
  if (test.quantifier === 'ForAllValues') {
    return answers.includes(false) ? false : answers.includes(undefined) ? undefined : true;
  }
  return answers.includes(true) || (answers.includes(undefined) ? undefined : false);
}
