import type { AccessRequest, PolicyDocument } from './policy';

/** The account that has the resources; a test may call from others, too. */
export const ACCOUNT = '111122223333';

/** An error as AWS answers it. */
export class ServiceError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    /** What else the answer has, beside the code and the message. */
    readonly details: object = {},
  ) {
    super(message);
  }
}

/** A call, before it is allowed. */
export interface Call {
  readonly action: string;
  readonly region: string;
  readonly input: Input;
  readonly caller: Principal;
}

/** The parameters of a call: of JSON, or of a form. */
export type Input = Readonly<Record<string, unknown>>;

/** Who calls. */
export interface Principal {
  readonly account: string;
  /** As it is named in refusals. */
  readonly arn: string;
  /** The ARNs by which a resource's policy may name it. */
  readonly arns: readonly string[];
  readonly policies: () => readonly PolicyDocument[];
}

/** What must be allowed. */
export interface Permission {
  /** On what; nothing for what is open to every caller. */
  readonly access?: Omit<AccessRequest, 'action'> | undefined;
  /** The policy of the resource, if it has one. */
  readonly resourcePolicy?: PolicyDocument | undefined;
  /** Whether policies of identities suffice within the account. A key's or a role's policy must agree. */
  readonly identitiesSuffice?: boolean;
}

/** What must be allowed beside the call itself. */
export interface FurtherPermission extends Permission {
  /** The call's own, if undefined. */
  readonly action?: string;
  /** The answer if it is not allowed: AccessDenied, if undefined. */
  readonly refusal?: ServiceError;
}

/** A call, as the authorizer and the service see it. */
export interface Operation extends Permission {
  /** What else must be allowed. */
  readonly also?: readonly FurtherPermission[];
  /** Does it, and gives the body of the answer. */
  readonly run: () => unknown;
}

/** One AWS service: what each of its calls needs and does. */
export type Service = (call: Call) => Operation;

/** A parameter that must be a text. */
export function text(input: Input, name: string): string {
  const value = input[name];
  if (typeof value === 'string') return value;
  throw new ServiceError('ValidationException', `The parameter ${name} must be a text`);
}
