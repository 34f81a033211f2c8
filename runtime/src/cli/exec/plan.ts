import { isPattern, nameMatcher } from '../../operations/pattern.js';
import type { BulkRead } from '../output/bulk.js';
import { hasZeroByte, toVariables, zeroByteError } from '../output/variables.js';

/** Which secrets become which variables of a child process. */
export interface ExecRequest {
  /** Names and patterns of secrets, each of which becomes the variable of its name. */
  readonly asked: readonly string[];
  /** Names of secrets, by the variable that each becomes. */
  readonly mapped: Readonly<Record<string, string>>;
  /** A prefix to remove from the names of the secrets. */
  readonly stripped: string;
  /** Whether each pattern that matches nothing is a failure, even if others match. */
  readonly isStrict: boolean;
  /** Whether the child inherits nothing but PATH and the variables that referred to secrets. */
  readonly isPristine: boolean;
  /** Whether secrets replace the variables that the child inherits. */
  readonly clobbers: boolean;
}

/** How to start the child. */
export interface ExecPlan {
  readonly env: NodeJS.ProcessEnv;
  /** The errors that prevent its start, by name or pattern. */
  readonly failures: ReadonlyMap<string, Error>;
  /** The patterns that match nothing, if that does not prevent its start. */
  readonly unmatched: readonly string[];
}

/**
 * Plan the environment of a child process.
 *
 * @param read The secrets that were read for the request.
 * @param referenced The secrets that variables of this process refer to, by variable.
 * @param inherited The other variables of this process.
 */
export function planExec(
  request: ExecRequest,
  read: BulkRead,
  referenced: BulkRead,
  inherited: NodeJS.ProcessEnv,
): ExecPlan {
  const { asked, mapped, stripped, isPristine, clobbers } = request;
  const matches = nameMatcher(asked);
  const named = toVariables(new Map([...read.secrets].filter(([name]) => matches(name))), stripped);
  const failures = new Map<string, Error>([
    ...referenced.failures,
    ...read.failures,
    ...named.failures,
  ]);
  for (const [variable, value] of referenced.secrets) {
    if (hasZeroByte(value)) failures.set(variable, zeroByteError());
  }
  const own = new Map<string, string>();
  for (const [variable, name] of Object.entries(mapped)) {
    const value = read.secrets.get(name) ?? '';
    if (hasZeroByte(value)) failures.set(name, zeroByteError());
    own.set(variable, value);
  }
  const unmatched = unmatchedPatterns(asked, read);
  const needsAll = request.isStrict || read.secrets.size + read.failures.size === 0;
  if (needsAll) {
    for (const pattern of unmatched) {
      failures.set(pattern, new Error("no secret's name matches"));
    }
  }
  const variables = Object.fromEntries([...named.variables, ...own]);
  const base = {
    ...(isPristine ? { PATH: inherited.PATH } : inherited),
    ...Object.fromEntries(referenced.secrets),
  };
  const env = clobbers ? { ...base, ...variables } : { ...variables, ...base };
  return { env, failures, unmatched: needsAll ? [] : unmatched };
}

function unmatchedPatterns(asked: readonly string[], { secrets, failures }: BulkRead): string[] {
  const names = [...secrets.keys(), ...failures.keys()];
  return asked.filter((pattern) => isPattern(pattern) && !names.some(nameMatcher([pattern])));
}
