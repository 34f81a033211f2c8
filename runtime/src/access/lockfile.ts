import { CredstashError } from '../errors.js';
import {
  arrayOf,
  boolean,
  exactly,
  fieldsOf,
  Misshapen,
  optional,
  recordOf,
  text,
  type Shape,
} from './shape.js';

/** The version of the format that is read. */
const VERSION = 1;

/** What a principal can do with secrets, and what it can do to who has access. */
export const VERBS = [
  'read',
  'readUnbound',
  'write',
  'list',
  'delete',
  'rewrap',
  'control',
] as const;
export type Verb = (typeof VERBS)[number];

/** The requests that a principal may make: all of a kind, or those within limits, which all must hold. */
export interface Scope {
  /** Patterns of IAM for the names of secrets. */
  readonly names?: readonly string[];
  /** Patterns of IAM for the values that the encryption context must have, by key in lower case. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
  /** What else must hold, and can't be told from the templates. */
  readonly notKnown?: readonly string[];
  /** But not the requests of these scopes. */
  readonly except?: readonly Scope[];
}

/** What the table and the key allow for a verb: alternatives, each of which suffices. */
export interface Halves {
  readonly table?: readonly Scope[];
  readonly key?: readonly Scope[];
}

type Verbs = Readonly<Partial<Record<Verb, Halves>>>;

/** What each principal can do. */
export type Principals = Readonly<Record<string, Verbs>>;

/** Who can do what in a compartment. */
export interface LockedCompartment {
  readonly name: string;
  readonly table: string;
  readonly key: string;
  readonly aliases: readonly string[];
  readonly bindsNames: boolean;
  readonly opensUnbound: boolean;
  /** What may give access or take it, and wasn't read. */
  readonly notKnown: readonly string[];
  readonly principals: Principals;
  /** The rules that are broken on purpose. */
  readonly acknowledged: readonly Acknowledged[];
}

export interface Acknowledged {
  readonly rule: string;
  readonly principal: string;
  readonly reason: string;
}

/** What the plugin CompartmentAccess of cdk-credstash writes of an app. */
export interface Lockfile {
  readonly '//': string;
  readonly version: typeof VERSION;
  /** By the paths of their constructs. */
  readonly compartments: Readonly<Record<string, LockedCompartment>>;
  readonly notKnown: readonly string[];
}

const scope: Shape<Scope> = fieldsOf<Scope>({
  names: optional(arrayOf(text)),
  context: optional(recordOf(arrayOf(text))),
  notKnown: optional(arrayOf(text)),
  except: optional(arrayOf((value, path) => scope(value, path))),
});

const halves = optional(
  fieldsOf<Halves>({ table: optional(arrayOf(scope)), key: optional(arrayOf(scope)) }),
);

const compartment = fieldsOf<LockedCompartment>({
  name: text,
  table: text,
  key: text,
  aliases: arrayOf(text),
  bindsNames: boolean,
  opensUnbound: boolean,
  notKnown: arrayOf(text),
  principals: recordOf(
    fieldsOf<Verbs>({
      read: halves,
      readUnbound: halves,
      write: halves,
      list: halves,
      delete: halves,
      rewrap: halves,
      control: halves,
    }),
  ),
  acknowledged: arrayOf(fieldsOf<Acknowledged>({ rule: text, principal: text, reason: text })),
});

const lockfile = fieldsOf<Lockfile>({
  '//': text,
  version: exactly(VERSION),
  compartments: recordOf(compartment),
  notKnown: arrayOf(text),
});

/**
 * The lockfile in a file's text.
 *
 * @param file How errors call it.
 * @throws ERR_INVALID_ARGUMENT if it is no lockfile, or one of another version of the format
 */
export function parseLockfile(content: string, file: string): Lockfile {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new CredstashError('ERR_INVALID_ARGUMENT', `${file} is not JSON. ${AGAIN}`, { cause });
  }
  const version = versionOf(value);
  if (version !== undefined && version !== VERSION) {
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `${file} has version ${version} of the lockfile's format, and this program reads version ${VERSION}. Install the same version of cdk-credstash and credstash-runtime.`,
    );
  }
  try {
    return lockfile(value, '');
  } catch (error) {
    if (!(error instanceof Misshapen)) throw error;
    throw new CredstashError(
      'ERR_INVALID_ARGUMENT',
      `${file} is not a lockfile that CompartmentAccess wrote: ${error.message}. ${AGAIN}`,
    );
  }
}

const AGAIN = 'Write it again with `cdk synth`, and do not edit it.';

function versionOf(value: unknown): number | undefined {
  const { version } = (value ?? {}) as { readonly version?: unknown };
  return typeof version === 'number' ? version : undefined;
}
