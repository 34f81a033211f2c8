/** A CloudFormation template of an app. */
export interface Template {
  readonly Transform?: unknown;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, Output>>;
}

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: object;
}

export type Properties = Readonly<Record<string, unknown>>;

interface Output {
  readonly Value: unknown;
  readonly Export?: { readonly Name: unknown };
}

/** A stack of an app, as it was synthesized. */
export interface SynthesizedStack {
  /** Its path in the tree of constructs. */
  readonly path: string;
  /** The path of its stage: in one stage, accounts and regions that aren't known are the same. */
  readonly stage: string;
  /** Unless only the deployment knows it. */
  readonly account?: string;
  /** Unless only the deployment knows it. */
  readonly region?: string;
  readonly template: Template;
  /** What its compartments are made of, in the words of the template, by their paths. */
  readonly compartments: Readonly<Record<string, object>>;
  /** The resource that it is in the stack that it is nested in. */
  readonly nestedAs?: { readonly stack: SynthesizedStack; readonly logicalId: string };
  /** The path of the construct that has a logical id. */
  readonly pathOf: (logicalId: string) => string;
}

/** A resource, and where it is. */
export interface Located {
  readonly stack: SynthesizedStack;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
  /** The condition without which the deployment leaves it out. */
  readonly condition?: string;
}

/** The resources of some types, in all stacks. */
export function resourcesOf(stacks: readonly SynthesizedStack[], ...types: string[]): Located[] {
  return stacks.flatMap((stack) =>
    Object.entries(stack.template.Resources ?? {})
      .filter(([, { Type }]) => types.includes(Type))
      .map(([logicalId, { Type, Properties = {}, Condition: condition }]) => ({
        stack,
        logicalId,
        type: Type,
        properties: Properties as Properties,
        condition,
      })),
  );
}

/** What may be one or a list. */
export function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The fields of an object; none, if it is something else. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : {};
}
