import { readFileSync } from 'node:fs';
import { CfnElement, IPolicyValidationContext, Stage, Validations } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { SynthesizedStack, Template } from './template';

/** An app that is being validated: its templates, and the constructs that made them. */
export class Tree {
  public readonly stacks: readonly SynthesizedStack[];
  private readonly byPath: ReadonlyMap<string, IConstruct>;

  constructor({ appConstruct, stackTemplates }: IPolicyValidationContext) {
    const constructs = appConstruct.node.findAll();
    this.byPath = new Map(constructs.map((each) => [each.node.path, each]));
    const elements = constructs.filter((each) => CfnElement.isCfnElement(each));
    const paths = new Map(
      elements.map((each) => [
        `${each.stack.node.path} ${String(each.stack.resolve(each.logicalId))}`,
        each.node.path.replace(/\/Resource$/, ''),
      ]),
    );
    this.stacks = stackTemplates.map((each): SynthesizedStack => {
      const { stackConstructPath: path, templatePath, accountId, region } = each;
      const construct = this.byPath.get(path);
      return {
        path,
        stage: (construct && Stage.of(construct)?.node.path) ?? '',
        account: accountId,
        region,
        template: JSON.parse(readFileSync(templatePath, 'utf8')) as Template,
        pathOf: (logicalId) => paths.get(`${path} ${logicalId}`) ?? `${path}/${logicalId}`,
      };
    });
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
