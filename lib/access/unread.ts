import { fields, list, Located, resourcesOf, SynthesizedStack } from './template';

/** Resources that may give access or take it, and aren't read. */
const UNREAD = [
  'AWS::CloudFormation::Stack',
  'AWS::CloudFormation::StackSet',
  'AWS::KMS::ReplicaKey',
  'AWS::Organizations::Policy',
  'AWS::SSO::PermissionSet',
];

/** What in an app may give access or take it, and isn't read. */
export function unreadIn(stacks: readonly SynthesizedStack[]): string[] {
  return [
    ...resourcesOf(stacks, ...UNREAD)
      .filter((each) => !isRead(each, stacks))
      .map(({ type, stack, logicalId }) => `what ${stack.pathOf(logicalId)} changes, an ${type}`),
    ...stacks.flatMap(({ path, template }) =>
      list(template.Transform).map(
        (each) => `what the transform ${nameOf(each)} changes in ${path}`,
      ),
    ),
    ...stacks
      .filter(({ template }) => JSON.stringify(template).includes('"Fn::Transform":'))
      .map(({ path }) => `what Fn::Transform changes in ${path}`),
  ];
}

/** Whether a resource is a nested stack whose template is read. */
function isRead({ stack, logicalId }: Located, stacks: readonly SynthesizedStack[]): boolean {
  return stacks.some(
    ({ nestedAs }) => nestedAs?.stack === stack && nestedAs.logicalId === logicalId,
  );
}

/** The name of a transform, which may have parameters. */
function nameOf(transform: unknown): string {
  return String(typeof transform === 'string' ? transform : fields(transform).Name);
}
