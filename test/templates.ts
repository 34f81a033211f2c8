/** A list of one resource means the same as that resource. Versions of aws-cdk-lib differ in which they write. */
export function single(key: string, value: unknown): unknown {
  return key === 'Resource' && Array.isArray(value) && value.length === 1 ? value[0] : value;
}
