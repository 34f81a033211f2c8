import { Token } from 'aws-cdk-lib';

/** The `Condition` of a policy statement: values by operator and condition key. */
export type Conditions = Record<string, Record<string, unknown>>;

/**
 * All of some conditions.
 *
 * @throws if two of them have the same operator and key: a policy can't require both
 */
export function allOf(...all: Conditions[]): Conditions {
  const merged: Conditions = {};
  for (const conditions of all) {
    for (const [operator, tests] of Object.entries(conditions)) {
      for (const [key, values] of Object.entries(tests)) {
        if (Object.hasOwn(merged[operator] ?? {}, key)) {
          throw new Error(`Two conditions on ${operator} ${key} can't be combined.`);
        }
        merged[operator] = { ...merged[operator], [key]: values };
      }
    }
  }
  return merged;
}

/** A string for `StringLike`, in which nothing is a wildcard or a policy variable. */
export function literal(value: string): string {
  return value.replace(/[*?$]/g, '${$&}');
}

/** A string for `StringEquals`, in which nothing is a policy variable. */
export function withoutVariables(value: string): string {
  return Token.isUnresolved(value) ? value : value.replaceAll('$', '${$}');
}

/**
 * A value of a condition, in a list if it is known only on deployment. If it turns out to be no value,
 * such as `AWS::NoValue`, the list is empty and matches nothing; alone, it would remove the condition.
 */
export function inList(value: unknown): unknown {
  return Token.isUnresolved(value) && !Array.isArray(value) ? [value] : value;
}
