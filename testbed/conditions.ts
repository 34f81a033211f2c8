/** The condition keys of a request, in lower case, with their values. */
export type RequestContext = Readonly<Record<string, readonly string[] | undefined>>;

/** The operators that are known, as tests of one value of the request against one of the policy. */
const OPERATORS: Readonly<Record<string, (actual: string, wanted: string) => boolean>> = {
  StringEquals: (actual, wanted) => actual === wanted.replace(/\$\{([*?$])\}/g, '$1'),
  StringLike: (actual, wanted) => matchesPattern(wanted, actual),
  ArnEquals: (actual, wanted) => matchesPattern(wanted, actual),
  Bool: (actual, wanted) => actual === wanted.toLowerCase(),
  NumericLessThanEquals: (actual, wanted) => Number(actual) <= Number(wanted),
};

/**
 * Whether a condition holds.
 *
 * @param operator For example `StringEquals`, `ForAllValues:StringLike` or `StringEqualsIfExists`.
 * @param actual The key's values in the request, undefined if the request has no such key.
 * @param wanted The values in the policy.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function conditionHolds(
  operator: string,
  actual: readonly string[] | undefined,
  wanted: readonly string[],
): boolean {
  if (operator === 'Null') return wanted.includes(String(actual === undefined));

  const [, quantifier, name = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(operator) ?? [];
  const isNegated = /^(String|Arn)Not/.test(name);
  const test = OPERATORS[isNegated ? name.replace('Not', '') : name];
  if (!test) throw new Error(`The embedded AWS knows no condition operator ${operator}`);

  const matches = (value: string) => wanted.some((each) => test(value, each)) !== isNegated;
  // It holds, too, when the request has no such key: hence the Null tests beside it.
  if (quantifier === 'ForAllValues') return (actual ?? []).every(matches);
  if (actual === undefined) {
    return ifExists !== undefined || (isNegated && quantifier !== 'ForAnyValue');
  }
  return actual.some(matches);
}

/** Whether a text matches a pattern of IAM: `*`, `?`, and `${*}`, `${?}`, `${$}` for themselves. */
export function matchesPattern(pattern: string, text: string): boolean {
  const source = pattern.replace(/\$\{([*?$])\}|[^]/gu, (part, literal: string | undefined) => {
    if (literal === undefined && part === '*') return '[^]*';
    if (literal === undefined && part === '?') return '[^]';
    return (literal ?? part).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'u').test(text);
}
