import { CredstashError } from './errors.js';

/** The compartment that Python credstash would use. */
const DEFAULT_COMPARTMENT = 'credstash';

/** The names of a compartment's resources. */
export interface CompartmentNames {
  /** The KMS key that seals them: an alias, a key id, or the ARN of either. */
  readonly key: string;
  /** The credential table: its name or ARN. */
  readonly table: string;
  /** Whether the key was chosen by the caller, rather than by default. */
  readonly keyIsChosen: boolean;
  /** The managed policy of readers. */
  readonly readPolicy: string;
  /** The managed policy of writers. */
  readonly writePolicy: string;
}

/** What a caller may say of where the secrets are. */
export interface CompartmentChoice {
  /**
   * The compartment, as named in `new Compartment(…, { compartmentName })`.
   *
   * @default - `CREDSTASH_COMPARTMENT` of the environment, or else `credstash`
   */
  readonly compartment?: string | undefined;
  /**
   * The credential table, by name or ARN.
   *
   * @default - the compartment's, unless only `CREDSTASH_DEFAULT_TABLE` is set: then that one
   */
  readonly table?: string | undefined;
  /**
   * The KMS key: an alias, a key id, or the ARN of either.
   *
   * @default - the compartment's alias
   */
  readonly key?: string | undefined;
}

/**
 * The names of a compartment's resources.
 *
 * The construct `Compartment` makes them under the same names.
 *
 * @throws ERR_INVALID_ARGUMENT if the compartment's name is not of the form asked for.
 */
export function compartmentNames(
  choice: CompartmentChoice,
  env: NodeJS.ProcessEnv,
): CompartmentNames {
  const named = choice.compartment ?? (env.CREDSTASH_COMPARTMENT || undefined);
  const compartment = named ?? DEFAULT_COMPARTMENT;
  if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(compartment)) {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `${JSON.stringify(compartment)} is not a compartment's name: 1 to 64 letters, digits and hyphens, the first a letter.`,
    );
  }
  const suffix = compartment === DEFAULT_COMPARTMENT ? '' : `-${compartment}`;
  const environmentTable = named ? undefined : env.CREDSTASH_DEFAULT_TABLE || undefined;
  return {
    key: choice.key ?? `alias/credstash${suffix}`,
    table: choice.table ?? environmentTable ?? `credential-store${suffix}`,
    keyIsChosen: choice.key !== undefined || named !== undefined,
    readPolicy: `credstash${suffix}-read-secrets`,
    writePolicy: `credstash${suffix}-write-secrets`,
  };
}
