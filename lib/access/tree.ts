import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  CfnElement,
  IPolicyValidationContext,
  NestedStack,
  Stack,
  Stage,
  Token,
  Validations,
} from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { partsOf } from '../private/marked';
import { SynthesizedStack, Template } from './template';

/** An app that is being validated: its templates, and the constructs that made them. */
export class Tree {
  public readonly stacks: readonly SynthesizedStack[];
  /** The paths of the stacks of the app whose templates the plugin isn't given. */
  public readonly unseen: readonly string[];
  private readonly byPath: ReadonlyMap<string, IConstruct>;
  private readonly nestedStacks: readonly NestedStack[];
  /** The path of each construct of a template, by the path of its stack and its logical id. */
  private readonly paths: ReadonlyMap<string, string>;

  constructor({ appConstruct, stackTemplates }: IPolicyValidationContext) {
    const constructs = appConstruct.node.findAll();
    this.byPath = new Map(constructs.map((each) => [each.node.path, each]));
    this.nestedStacks = constructs.filter((each) => NestedStack.isNestedStack(each));
    const elements = constructs.filter((each) => CfnElement.isCfnElement(each));
    this.paths = new Map(
      elements.map((each) => [
        `${each.stack.node.path} ${idOf(each)}`,
        CfnElement.isCfnElement(each.node.scope)
          ? each.node.path
          : each.node.path.replace(/\/Resource$/, ''),
      ]),
    );
    this.stacks = stackTemplates.flatMap((each) => {
      const { stackConstructPath: path, templatePath } = each;
      const place = placeOf(this.byPath.get(path) as Stack);
      return this.withNested({ ...place, ...this.read(path, templatePath) }, dirname(templatePath));
    });
    const seen = new Set(this.stacks.map(({ path }) => path));
    this.unseen = constructs
      .filter((each) => Stack.isStack(each) && !seen.has(each.node.path))
      .map(({ node }) => node.path);
  }

  /** Whether a construct is in a stage of the app. */
  public isInStage(path: string): boolean {
    const construct = this.byPath.get(path);
    return construct !== undefined && Stage.of(construct) !== construct.node.root;
  }

  /** A stack, and those that are nested in it: a plugin gets only the templates of the others. */
  private withNested(stack: SynthesizedStack, folder: string): SynthesizedStack[] {
    const nested = this.nestedStacks.filter(
      ({ nestedStackParent }) => nestedStackParent?.node.path === stack.path,
    );
    return [
      stack,
      ...nested.flatMap(({ node: { path }, templateFile, nestedStackResource }) => {
        const nestedAs = nestedStackResource && { stack, logicalId: idOf(nestedStackResource) };
        const its = this.read(path, join(folder, templateFile));
        return this.withNested({ ...stack, nestedAs, ...its }, folder);
      }),
    ];
  }

  private read(path: string, file: string) {
    const compartments = compartmentsIn(this.byPath.get(path) as Stack);
    const template = JSON.parse(readFileSync(file, 'utf8')) as Template;
    const pathOf = (logicalId: string) =>
      this.paths.get(`${path} ${logicalId}`) ?? `${path}/${logicalId}`;
    return { path, template, pathOf, compartments };
  }

  /** Why a rule may be broken: said on the construct at one of the paths, or on one around it. */
  public reason(rule: string, ...paths: readonly (string | undefined)[]): string | undefined {
    const scopes = paths.flatMap(
      (path = '-') => this.byPath.get(path)?.node.scopes.reverse() ?? [],
    );
    return scopes
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .map(({ data }) => (data as Record<string, string>)[rule]?.trim())
      .find((reason) => reason !== undefined);
  }
}

/** Where a stack is deployed to. The oldest aws-cdk-lib doesn't tell a plugin. */
function placeOf(stack: Stack) {
  const known = (value: string) => (Token.isUnresolved(value) ? undefined : value);
  const stage = Stage.of(stack)?.node.path ?? '';
  return { stage, account: known(stack.account), region: known(stack.region) };
}

/** What the compartments of a stack are made of, by their paths. */
export function compartmentsIn(stack: Stack): SynthesizedStack['compartments'] {
  const constructs = stack.node.findAll().filter((each) => Stack.of(each) === stack);
  return Object.fromEntries(
    constructs.flatMap((each) => {
      const parts = partsOf(each);
      return parts ? [[each.node.path, parts]] : [];
    }),
  );
}

function idOf(element: CfnElement): string {
  return String(element.stack.resolve(element.logicalId));
}
