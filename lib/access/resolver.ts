import { unknownId, unknownValue } from './pattern';
import { fields, list, Located, Resource, resourcesOf, SynthesizedStack } from './template';

/** Where the resources of a type have the name that is given to them, and their ARNs. */
const NAMED: Readonly<Record<string, readonly [property: string, arn: string]>> = {
  'AWS::DynamoDB::GlobalTable': ['TableName', 'dynamodb:REGION:ACCOUNT:table/'],
  'AWS::DynamoDB::Table': ['TableName', 'dynamodb:REGION:ACCOUNT:table/'],
  'AWS::IAM::Group': ['GroupName', 'iam::ACCOUNT:group'],
  'AWS::IAM::ManagedPolicy': ['ManagedPolicyName', 'iam::ACCOUNT:policy'],
  'AWS::IAM::Role': ['RoleName', 'iam::ACCOUNT:role'],
  'AWS::IAM::User': ['UserName', 'iam::ACCOUNT:user'],
  'AWS::KMS::Key': ['', 'kms:REGION:ACCOUNT:key/'],
};

/** Puts in what the intrinsic functions of templates give, as far as is known before deployment. */
export class Resolver {
  constructor(private readonly stacks: readonly SynthesizedStack[]) {}

  /** A value of a template; what is not known in it stands as `<what it is>`. */
  public resolve(stack: SynthesizedStack, value: unknown): unknown {
    if (Array.isArray(value)) {
      const all = value.map((each) => this.resolve(stack, each));
      return all.filter((each) => each !== undefined);
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [[name, operand] = ['', undefined]] = entries;
    if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) {
      return operand === 'AWS::NoValue' ? undefined : this.call(stack, name, operand);
    }
    return Object.fromEntries(entries.map(([key, each]) => [key, this.resolve(stack, each)]));
  }

  /** A value that is a text. */
  public text(stack: SynthesizedStack, value: unknown): string {
    const text = this.resolve(stack, value);
    return typeof text === 'string' ? text : unknownValue(String(JSON.stringify(text)));
  }

  /** The ARN of a resource of the app. */
  public arn({ stack, logicalId, type, properties }: Located): string {
    const [, format = ''] = NAMED[type] ?? [];
    const name = this.name({ stack, logicalId, type, properties });
    const path = format.startsWith('iam') ? this.text(stack, properties.Path ?? '/') : '';
    const place = format.replace('REGION', regionOf(stack)).replace('ACCOUNT', accountOf(stack));
    return `arn:${partitionOf(stack)}:${place}${path}${name}`;
  }

  /** The name of a resource of the app. */
  public name({ stack, logicalId, type, properties }: Located): string {
    const [property = ''] = NAMED[type] ?? [];
    const given = properties[property];
    return given === undefined ? unknownId(stack.pathOf(logicalId)) : this.text(stack, given);
  }

  private call(stack: SynthesizedStack, name: string, operand: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.reference(stack, String(operand));
      case 'Fn::GetAtt': {
        const [id = '', attribute = ''] =
          typeof operand === 'string' ? operand.split(/\.(.*)/) : list(operand).map(String);
        return this.attribute(stack, id, attribute);
      }
      case 'Fn::Join': {
        const [separator, parts] = list(operand);
        return list(this.resolve(stack, parts))
          .map((each) => this.text(stack, each))
          .join(String(separator));
      }
      case 'Fn::Sub': {
        const [text, values] = list(operand);
        return String(text).replace(/\$\{([^!}]+)\}/g, (_, id: string) => {
          const given = fields(values)[id];
          if (given !== undefined) return this.text(stack, given);
          const [logicalId = '', attribute] = id.split(/\.(.*)/);
          return attribute === undefined
            ? this.reference(stack, id)
            : this.attribute(stack, logicalId, attribute);
        });
      }
      case 'Fn::ImportValue':
        return this.exported(stack, this.text(stack, operand));
      default:
        return unknownValue(`${name} ${JSON.stringify(operand)}`);
    }
  }

  private reference(stack: SynthesizedStack, id: string): string {
    if (id === 'AWS::Partition') return partitionOf(stack);
    if (id === 'AWS::AccountId') return accountOf(stack);
    if (id === 'AWS::Region') return regionOf(stack);
    const resource = located(stack, id);
    if (!resource) return this.parameter(stack, id) ?? unknownValue(`${id} of ${stack.path}`);
    return resource.type === 'AWS::IAM::ManagedPolicy' ? this.arn(resource) : this.name(resource);
  }

  private attribute(stack: SynthesizedStack, id: string, attribute: string): string {
    const resource = located(stack, id);
    if (resource && attribute === 'Arn' && NAMED[resource.type]) return this.arn(resource);
    if (resource && attribute === 'KeyId') return this.name(resource);
    const handed = this.output(stack, id, attribute) ?? this.fromOtherRegion(attribute);
    return handed ?? unknownValue(`${id}.${attribute} of ${stack.path}`);
  }

  /** What a stack hands to one that is nested in it. */
  private parameter({ nestedAs }: SynthesizedStack, name: string): string | undefined {
    const resource = nestedAs && located(nestedAs.stack, nestedAs.logicalId);
    const value = fields(resource?.properties.Parameters)[name];
    return nestedAs && value !== undefined ? this.text(nestedAs.stack, value) : undefined;
  }

  /** What a nested stack hands to the one that it is in. */
  private output(stack: SynthesizedStack, id: string, attribute: string): string | undefined {
    const nested = this.stacks.find(
      ({ nestedAs }) => nestedAs?.stack === stack && nestedAs.logicalId === id,
    );
    const output = nested?.template.Outputs?.[attribute.replace(/^Outputs\./, '')];
    return nested && output ? this.text(nested, output.Value) : undefined;
  }

  /** What a stack of the same account and region exports by a name. */
  private exported(stack: SynthesizedStack, name: string): string {
    const others = this.stacks.filter(
      (each) => accountOf(each) === accountOf(stack) && regionOf(each) === regionOf(stack),
    );
    for (const other of others) {
      for (const { Value, Export } of Object.values(other.template.Outputs ?? {})) {
        if (Export && this.text(other, Export.Name) === name) return this.text(other, Value);
      }
    }
    return unknownValue(name);
  }

  /** What a stack hands to one of another region, by the name of a parameter. */
  private fromOtherRegion(parameter: string): string | undefined {
    for (const stack of this.stacks) {
      for (const { properties } of resourcesOf([stack], 'Custom::CrossRegionExportWriter')) {
        const value = fields(fields(properties.WriterProps).exports)[parameter];
        if (value !== undefined) return this.text(stack, value);
      }
    }
    return undefined;
  }
}

/** The account of a stack, or what stands for it. */
export function accountOf({ account, stage }: SynthesizedStack): string {
  return account ?? unknownId(`of the account${stage && ` of ${stage}`}`);
}

/** The region of a stack, or what stands for it. */
export function regionOf({ region, stage }: SynthesizedStack): string {
  return region ?? unknownId(`of the region${stage && ` of ${stage}`}`);
}

function partitionOf({ region = '' }: SynthesizedStack): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function located(stack: SynthesizedStack, logicalId: string): Located | undefined {
  const resource: Resource | undefined = stack.template.Resources?.[logicalId];
  if (!resource) return undefined;
  return { stack, logicalId, type: resource.Type, properties: fields(resource.Properties) };
}
