/** Secrets as environment variables. */
export interface Variables {
  /** Values by variable. */
  readonly variables: ReadonlyMap<string, string>;
  /** Why the others can't be variables, by name. */
  readonly failures: ReadonlyMap<string, Error>;
}

/**
 * A variable for each secret: its name in upper case, with `_` for what stands between words.
 *
 * @param prefix What the variables' names leave out of the secrets' names.
 */
export function toVariables(secrets: ReadonlyMap<string, string>, prefix = ''): Variables {
  const owners = new Map<string, string>();
  const variables = new Map<string, string>();
  const failures = new Map<string, Error>();
  for (const [name, value] of secrets) {
    const variable = variableOf(name.startsWith(prefix) ? name.slice(prefix.length) : name);
    const owner = owners.get(variable);
    if (!/^[A-Z_][A-Z0-9_]*$/.test(variable)) {
      failures.set(name, new Error('its name makes no environment variable'));
    } else if (owner !== undefined) {
      failures.set(name, new Error(`its variable ${variable} is that of ${owner}`));
    } else if (hasZeroByte(value)) {
      failures.set(name, zeroByteError());
    } else {
      owners.set(variable, name);
      variables.set(variable, value);
    }
  }
  return { variables, failures };
}

/** Whether a value ends, in an environment, before its end. */
export function hasZeroByte(value: string): boolean {
  return value.includes('\0');
}

export function zeroByteError(): Error {
  return new Error('an environment variable can not hold a zero byte');
}

function variableOf(name: string): string {
  return name.toUpperCase().replace(/[/.: -]/g, '_');
}
