import { CredstashError } from '../errors.js';

/** A CloudFormation template, as far as this project's constructs write them. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, Parameter>>;
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface Parameter {
  readonly Default?: string;
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: object;
}

/** What a template can refer to: `Ref: X` as `X`, and `Fn::GetAtt: [X, Arn]` as `X.Arn`. */
export type Names = Readonly<Record<string, string>>;

/**
 * The values of a template's parameters.
 *
 * @throws ERR_INVALID_ARGUMENT that names the rule of each parameter whose value breaks it
 */
export function parameterValues(template: Template, given: Names): Names {
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
  return Object.fromEntries(values) as Names;
}

/** A value of a template, with each intrinsic function replaced by what it gives. */
export function resolve<T>(value: T, names: Names): T {
  return JSON.parse(JSON.stringify(value), (_, each: unknown) => {
    if (typeof each !== 'object' || each === null) return each;
    const [[intrinsic, operand] = ['', undefined]] = Object.entries(each) as [string, unknown][];
    if (intrinsic === 'Ref' || intrinsic === 'Fn::GetAtt') {
      const name = [operand].flat().join('.');
      if (names[name] === undefined) throw new Error(`The template refers to ${name}: not known`);
      return names[name];
    }
    if (intrinsic === 'Fn::Join') {
      const [separator, parts] = operand as [string, string[]];
      return parts.join(separator);
    }
    if (intrinsic.startsWith('Fn::')) throw new Error(`The template uses ${intrinsic}: not known`);
    return each;
  }) as T;
}
