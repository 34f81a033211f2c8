import type { Template } from '../../../runtime/src/setup/template.js';
import type { Templates } from './deployed';

/** One thing of one statement that is different. */
export interface Mutation {
  readonly what: string;
  /** Without the identities that the statement isn't about, so that many can be compared. */
  readonly before: Templates;
  readonly after: Templates;
}

type Statement = Record<string, unknown>;
type Change = [what: string, change: (statement: Statement) => void];

/** Every mutation of every statement of a policy that says who may use a table or a key. */
export function mutationsOf(templates: Templates): Mutation[] {
  return statementsIn(templates).flatMap(({ at, id, statement, isOfKey }) => {
    const before = around(id, templates);
    return changesOf(statement, isOfKey).map(([what, change]) => {
      const after = structuredClone(before);
      const place = statementsIn(after).find((each) => each.at === at);
      if (!place) throw new Error(`No statement at ${at}`);
      change(place.statement);
      return { what: `${at}: ${what}`, before, after };
    });
  });
}

/** The tables and keys, and if a policy of identities is asked for, only the identities that have it. */
function around(id: string, templates: Templates): Templates {
  const all = Object.values(templates).flatMap(({ Resources }) => Object.entries(Resources));
  const isOfIdentity = (type = '') => type.startsWith('AWS::IAM::');
  if (!isOfIdentity(all.find(([each]) => each === id)?.[1].Type)) return templates;
  const kept = new Set([id]);
  for (const one of kept) {
    for (const [other, { Type }] of all) {
      const isLinked = refersTo(all, one, other) || refersTo(all, other, one);
      if (isOfIdentity(Type) && isLinked) kept.add(other);
    }
  }
  const isKept = ([each, { Type }]: [string, { readonly Type: string }]) =>
    kept.has(each) || /^AWS::(DynamoDB|KMS)::/.test(Type);
  return Object.fromEntries(
    Object.entries(templates).map(([account, { Resources, ...rest }]) => {
      const its = Object.entries(Resources).filter(isKept);
      return [account, { ...rest, Resources: Object.fromEntries(its) }];
    }),
  );
}

function refersTo(all: [string, object][], one: string, other: string): boolean {
  const resource = all.find(([id]) => id === one)?.[1];
  return JSON.stringify(resource).includes(`"${other}"`);
}

interface Place {
  readonly id: string;
  readonly at: string;
  readonly statement: Statement;
  readonly isOfKey: boolean;
}

function statementsIn(templates: Templates): Place[] {
  return Object.values(templates).flatMap(({ Resources }: Template) =>
    Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]) =>
      documentsIn(Properties).flatMap((statements, document) =>
        statements.map((statement, index) => ({
          id,
          at: `${id} ${document} ${index}`,
          statement,
          isOfKey: Type === 'AWS::KMS::Key',
        })),
      ),
    ),
  );
}

/** The statements of each policy in a value, but those of who may assume a role. */
function documentsIn(value: unknown): Statement[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    if (key === 'AssumeRolePolicyDocument') return [];
    return key === 'Statement' ? [each as Statement[]] : documentsIn(each);
  });
}

const STRANGER = { AWS: 'arn:aws:iam::999988887777:root' };

function changesOf(statement: Statement, isOfKey: boolean): Change[] {
  const { Effect, Action, Resource, Principal, Condition = {} } = statement;
  const actions = [Action].flat() as string[];
  const [service] = (actions[0] ?? '').split(':');
  const changes: Change[] = [
    ['the other effect', (its) => (its.Effect = Effect === 'Allow' ? 'Deny' : 'Allow')],
    ['any action', (its) => (its.Action = '*')],
    ['an action of no use', (its) => (its.Action = `${service}:DescribeLimits`)],
    ...actions.map((action): Change => [
      `without ${action}`,
      (its) => {
        const others = actions.filter((each) => each !== action);
        its.Action = others.length > 0 ? others : `${service}:DescribeLimits`;
      },
    ]),
    ['all of the service', (its) => (its.Action = service === '*' ? 'kms:*' : `${service}:*`)],
  ];
  if (Resource !== undefined && !isOfKey) {
    changes.push(['any resource', (its) => (its.Resource = '*')]);
    const other = 'arn:aws:dynamodb:us-east-1:111122223333:table/other';
    changes.push(['another resource', (its) => (its.Resource = other)]);
  }
  if (Principal !== undefined) {
    changes.push(['any principal', (its) => (its.Principal = { AWS: '*' })]);
    changes.push(['another principal', (its) => (its.Principal = STRANGER)]);
  }
  return [...changes, ...conditionChanges(Condition as Conditions)];
}

type Conditions = Record<string, Record<string, unknown>>;

function conditionChanges(conditions: Conditions): Change[] {
  const conditionsOf = (statement: Statement) => statement.Condition as Conditions;
  const changes = Object.entries(conditions).flatMap(([operator, tests]) =>
    Object.entries(tests).flatMap(([key, values]): Change[] => [
      [
        `without ${operator} ${key}`,
        (its) => Reflect.deleteProperty(conditionsOf(its)[operator] ?? {}, key),
      ],
      [
        `${operator} ${key} of another value`,
        (its) => {
          const changed = typeof values === 'string' && /^(true|false)$/.test(values);
          const other = changed ? String(values !== 'true') : 'other/*';
          conditionsOf(its)[operator] = { ...tests, [key]: other };
        },
      ],
    ]),
  );
  const context: Conditions = { StringEquals: { 'kms:EncryptionContext:env': 'prod' } };
  const names: Conditions = { StringLike: { 'dynamodb:LeadingKeys': 'app/d*' } };
  return [
    ...changes,
    ['no condition', (its) => Reflect.deleteProperty(its, 'Condition')],
    ['a condition on the context', (its) => (its.Condition = { ...conditions, ...context })],
    ['a condition on names', (its) => (its.Condition = { ...conditions, ...names })],
  ];
}
