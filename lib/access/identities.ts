import { Principal } from './principal';
import { accountOf, Resolver } from './resolver';
import { Statement, statementsOf } from './statement';
import { fields, list, Located, resourcesOf, SynthesizedStack } from './template';

/** Groups first, because users name them. */
const KINDS = ['Group', 'Role', 'User'] as const;
type Kind = (typeof KINDS)[number];

/** AWS's own policies that allow nothing on tables and keys. */
const HARMLESS =
  /:aws:policy\/(AmazonSSMManagedInstanceCore|service-role\/AWSLambda(Basic|VPCAccess)ExecutionRole)$/;

interface Identity extends Principal {
  readonly statements: Statement[];
  readonly notKnown: string[];
}

/** The roles, users and groups of an app, and the managed policies that none of them has. */
export function identitiesOf(stacks: readonly SynthesizedStack[], resolver: Resolver): Principal[] {
  const directory = new Directory(resolver);
  const managed = resourcesOf(stacks, 'AWS::IAM::ManagedPolicy');
  const inline = ['Policy', ...KINDS.map((kind) => `${kind}Policy`)];
  for (const kind of KINDS) {
    for (const each of resourcesOf(stacks, `AWS::IAM::${kind}`)) directory.add(kind, each);
  }
  for (const each of resourcesOf(stacks, ...inline.map((type) => `AWS::IAM::${type}`))) {
    directory.attach(each);
  }
  for (const each of resourcesOf(stacks, 'AWS::IAM::UserToGroupAddition')) directory.join(each);
  const unattached = managed.filter((each) => directory.attach(each) === 0);
  directory.finish(managed.map((each) => resolver.arn(each)));
  const policies = unattached.map((each): Principal => {
    const { stack, logicalId, properties } = each;
    const path = stack.pathOf(logicalId);
    return {
      label: `policy ${path}`,
      account: accountOf(stack),
      names: [],
      statements: statementsOf(resolver, stack, properties.PolicyDocument),
      notKnown: [],
      path,
      isPolicy: true,
    };
  });
  return [...directory.identities.values(), ...policies];
}

/** Identities, by kind, account and name, and what is attached to them. */
class Directory {
  public readonly identities = new Map<string, Identity>();
  /** The ARNs of the policies that identities say they have. */
  private readonly held = new Map<Identity, readonly string[]>();
  private readonly memberships: [member: Identity, group: Identity][] = [];

  constructor(private readonly resolver: Resolver) {}

  public add(kind: Kind, resource: Located): void {
    const { stack, properties, logicalId } = resource;
    const path = stack.pathOf(logicalId);
    const arn = this.resolver.arn(resource);
    const identity = this.find(kind, stack, this.resolver.name(resource), { path, arn });
    if (properties.PermissionsBoundary !== undefined) {
      const boundary = this.resolver.text(stack, properties.PermissionsBoundary);
      identity.notKnown.push(`what the permissions boundary ${boundary} refuses`);
    }
    for (const policy of list(this.resolver.resolve(stack, properties.Policies))) {
      const { PolicyDocument = policy } = fields(policy);
      identity.statements.push(...statementsOf(this.resolver, stack, PolicyDocument));
    }
    this.held.set(identity, this.texts(stack, properties.ManagedPolicyArns));
    for (const group of this.texts(stack, properties.Groups)) {
      this.memberships.push([identity, this.find('Group', stack, group)]);
    }
  }

  /** Make users members of a group. */
  public join({ stack, properties }: Located): void {
    for (const group of this.texts(stack, properties.GroupName)) {
      for (const user of this.texts(stack, properties.Users)) {
        const member = this.find('User', stack, user);
        this.memberships.push([member, this.find('Group', stack, group)]);
      }
    }
  }

  /** Give the identities that a policy names, or that name it, its statements. */
  public attach(policy: Located): number {
    const { stack, properties, condition } = policy;
    const named = KINDS.flatMap((kind) =>
      this.texts(stack, properties[`${kind}s`] ?? properties[`${kind}Name`]).map((name) =>
        this.find(kind, stack, name),
      ),
    );
    const arn = this.resolver.arn(policy);
    const holders = [...this.held].filter(([, arns]) => arns.includes(arn));
    const all = new Set([...named, ...holders.map(([identity]) => identity)]);
    // A policy that the deployment may leave out doesn't surely refuse.
    const notKnown = condition === undefined ? [] : [`Condition ${condition} of ${stack.path}`];
    const statements = statementsOf(this.resolver, stack, properties.PolicyDocument).map((each) =>
      each.isDeny ? { ...each, notKnown: [...each.notKnown, ...notKnown] } : each,
    );
    for (const { statements: its } of all) its.push(...statements);
    return all.size;
  }

  /** @param managed The ARNs of the app's managed policies: others aren't read. */
  public finish(managed: readonly string[]): void {
    for (const [{ notKnown }, arns] of this.held) {
      const foreign = arns.filter((arn) => !managed.includes(arn) && !HARMLESS.test(arn));
      notKnown.push(...foreign.map((arn) => `what the policy ${arn} allows`));
    }
    for (const [member, group] of this.memberships) {
      member.statements.push(...group.statements);
      member.notKnown.push(...group.notKnown);
      if (group.path === undefined) member.notKnown.push(`what the ${group.label} allows`);
    }
  }

  private find(
    kind: Kind,
    stack: SynthesizedStack,
    name: string,
    { path, arn }: { path?: string; arn?: string } = {},
  ): Identity {
    const account = accountOf(stack);
    const id = `${kind} ${account} ${name}`;
    const found = this.identities.get(id);
    if (found) return found;
    const word = kind.toLowerCase();
    const identity: Identity = {
      label: `${word} ${path ?? `${name} of ${stack.account ?? stack.path}`}`,
      account,
      names: [arn ?? `arn:aws:iam::${account}:${word}/${name}`],
      statements: [],
      notKnown: [],
      path,
      isPolicy: false,
    };
    this.identities.set(id, identity);
    return identity;
  }

  private texts(stack: SynthesizedStack, value: unknown): string[] {
    return list(this.resolver.resolve(stack, value)).map(String);
  }
}
