import { CredstashError } from '../errors.js';

/** A CloudFormation template, as far as this project's constructs write them. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, Parameter>>;
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Properties }>
  >;
}

interface Parameter {
  readonly Default?: string;
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
}

export type Properties = Readonly<Record<string, unknown>>;

/** How a resource is named by others: what `Ref` gives, and its ARN. */
export interface Physical {
  readonly ref: string;
  readonly arn: string;
}

/** What a template may refer to: parameters, pseudo parameters and resources. */
export type Names = ReadonlyMap<string, Physical>;

/**
 * The values of a template's parameters.
 *
 * @throws ERR_INVALID_ARGUMENT that names the rule of each value that breaks its own
 */
export function parameterValues(
  template: Template,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const broken: string[] = [];
  const values = Object.entries(template.Parameters ?? {}).map(([name, parameter]) => {
    const { Default = '', AllowedPattern = '', ConstraintDescription = '' } = parameter;
    const value = given[name] ?? Default;
    if (!new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
      broken.push(`${JSON.stringify(value)} is not ${ConstraintDescription}.`);
    }
    return [name, value];
  });
  if (broken.length > 0) throw new CredstashError('ERR_INVALID_ARGUMENT', broken.join(' '));
  return Object.fromEntries(values) as Record<string, string>;
}

/** A template's value without its intrinsic functions. */
export function resolve(value: unknown, names: Names): unknown {
  if (Array.isArray(value)) return value.map((each) => resolve(each, names));
  if (typeof value !== 'object' || value === null) return value;
  const intrinsic = reference(value);
  if (intrinsic) {
    const physical = names.get(intrinsic.id);
    if (!physical) throw new Error(`The template refers to ${intrinsic.id}, which is not in it`);
    return physical[intrinsic.attribute];
  }
  if ('Fn::Join' in value) {
    const [separator, parts] = value['Fn::Join'] as [string, unknown[]];
    return (resolve(parts, names) as string[]).join(separator);
  }
  const entries = Object.entries(value).map(([key, each]) => {
    if (key.startsWith('Fn::')) throw new Error(`No function ${key} here`);
    return [key, resolve(each, names)];
  });
  return Object.fromEntries(entries) as unknown;
}

/** What a value refers to. */
export function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const id = reference(value)?.id;
  return id === undefined ? Object.values(value).flatMap(references) : [id];
}

function reference(value: object): { id: string; attribute: keyof Physical } | undefined {
  if ('Ref' in value) return { id: String(value.Ref), attribute: 'ref' };
  if (!('Fn::GetAtt' in value)) return undefined;
  const [id, attribute] = value['Fn::GetAtt'] as [string, string];
  if (attribute !== 'Arn') throw new Error(`No attribute ${attribute} of ${id} here`);
  return { id, attribute: 'arn' };
}
