import { isUnsafeVariable } from './unsafe-variables.js';

/** Secrets as environment variables. */
export interface Variables {
  /** Values by variable. */
  readonly variables: ReadonlyMap<string, string>;
  /** The errors for secrets that can't be variables, by the name of the secret. */
  readonly failures: ReadonlyMap<string, Error>;
}

/**
 * A variable for each secret: its name in upper case, with `_` in place of separators. A variable
 * that changes what programs run is a failure: whoever may write a secret would choose what readers
 * run.
 *
 * @param prefix Removed from the names of the secrets.
 */
export function toVariables(secrets: ReadonlyMap<string, string>, prefix = ''): Variables {
  const owners = new Map<string, string>();
  const variables = new Map<string, string>();
  const failures = new Map<string, Error>();
  for (const [name, value] of secrets) {
    const variable = variableOf(name.startsWith(prefix) ? name.slice(prefix.length) : name);
    const owner = owners.get(variable);
    if (!/^[A-Z_][A-Z0-9_]*$/.test(variable)) {
      failures.set(name, new Error("its name can't become the name of an environment variable"));
    } else if (isUnsafeVariable(variable)) {
      failures.set(name, unsafeError(variable));
    } else if (owner !== undefined) {
      failures.set(name, new Error(`its variable ${variable} is already used by ${owner}`));
    } else if (hasZeroByte(value)) {
      failures.set(name, zeroByteError());
    } else {
      owners.set(variable, name);
      variables.set(variable, value);
    }
  }
  return { variables, failures };
}

function unsafeError(variable: string): Error {
  return new Error(
    `its variable ${variable} can make programs run something else; only exec --map sets it`,
  );
}

/** Whether a value contains a zero byte, which would end it in an environment variable. */
export function hasZeroByte(value: string): boolean {
  return value.includes('\0');
}

export function zeroByteError(): Error {
  return new Error("an environment variable can't contain a zero byte");
}

function variableOf(name: string): string {
  return name.toUpperCase().replace(/[/.: -]/g, '_');
}
