/** A CloudFormation template, as far as this project's constructs write them. */
export interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties?: Properties }>;
}

export type Properties = Readonly<Record<string, unknown>>;

/** How a resource is named by others: what `Ref` gives, and its ARN. */
export interface Physical {
  readonly ref: string;
  readonly arn: string;
}

/**
 * A template's value without its intrinsic functions.
 *
 * @param pseudo Values of pseudo parameters, such as `AWS::Region`.
 * @param make Makes a resource, if it is not yet made.
 */
export async function resolve(
  value: unknown,
  pseudo: Readonly<Record<string, string>>,
  make: (logicalId: string) => Promise<Physical>,
): Promise<unknown> {
  if (Array.isArray(value)) {
    return Promise.all(value.map((each) => resolve(each, pseudo, make)));
  }
  if (typeof value !== 'object' || value === null) return value;
  const [name = ''] = Object.keys(value);
  const operand = (value as Record<string, unknown>)[name];
  switch (name) {
    case 'Ref': {
      const id = String(operand);
      return pseudo[id] ?? (await make(id)).ref;
    }
    case 'Fn::GetAtt': {
      const [id, attribute] = operand as [string, string];
      if (attribute !== 'Arn') throw new Error(`No attribute ${attribute} of ${id} here`);
      return (await make(id)).arn;
    }
    case 'Fn::Join': {
      const [separator, parts] = operand as [string, unknown[]];
      return ((await resolve(parts, pseudo, make)) as string[]).join(separator);
    }
    default: {
      if (name.startsWith('Fn::')) throw new Error(`No function ${name} here`);
      const entries = Object.entries(value).map(async ([key, each]) => [
        key,
        await resolve(each, pseudo, make),
      ]);
      return Object.fromEntries(await Promise.all(entries)) as unknown;
    }
  }
}
