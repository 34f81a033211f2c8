import { ValidationError } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

type ErrorName = ConstructorParameters<typeof ValidationError>[0];

/** The error of a construct whose properties or grants can't be right. It tells the construct's path. */
export function invalid(scope: IConstruct, name: string, message: string): ValidationError {
  return new ValidationError(name as ErrorName, message, scope);
}
