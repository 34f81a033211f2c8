import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
  PolicyViolation,
} from 'aws-cdk-lib';
import { accessOf } from './access';
import { Tree } from './tree';
import { Acknowledged, jsonOf, lockfileOf } from './lockfile';
import { markdownOf } from './markdown';
import { Finding, findingsOf, RULES } from './rules';

/** Properties of `CompartmentAccess`. */
export interface CompartmentAccessProps {
  /**
   * Where to write the lockfile: a folder that is under version control.
   *
   * @default - the working directory, which holds cdk.json
   */
  readonly directory?: string;

  /**
   * The names of the compartments in which each grant must be limited to some names or a context.
   *
   * @default - none
   */
  readonly requireScopes?: string[];
}

/**
 * Writes who has access to the secrets of an app to `credstash-access.json` and `credstash-access.md`,
 * and fails the synthesis if somebody has access who shouldn't.
 *
 * It reads the synthesized templates, so it also sees statements that no grant of a compartment added.
 * Acknowledge what is meant so on the principal or the compartment:
 * `Validations.of(role).acknowledge({ id: 'CompartmentAccess::ReaderCanWrite', reason: '…' })`.
 *
 * @example
 * Validations.of(app).addPlugins(new CompartmentAccess({ requireScopes: ['prod'] }));
 */
export class CompartmentAccess implements IPolicyValidationPlugin {
  public readonly name = 'CompartmentAccess';
  public readonly ruleIds?: string[] = Object.keys(RULES);

  constructor(private readonly props: CompartmentAccessProps = {}) {}

  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const { directory = process.cwd(), requireScopes = [] } = this.props;
    const tree = new Tree(context);
    const access = accessOf(tree.stacks);
    const acknowledged = new Map<string, readonly Acknowledged[]>();
    const violations: PolicyViolation[] = [];
    for (const report of access.compartments) {
      const { path, name } = report.parts;
      const onPurpose: Acknowledged[] = [];
      for (const finding of findingsOf(report, requireScopes.includes(name))) {
        const { rule, principal } = finding;
        const reason = tree.reason(`${this.name}::${rule}`, finding.path, path);
        if (reason) onPurpose.push({ rule, principal, reason });
        // CDK itself would let an acknowledgement without a reason pass, but not of what is fatal.
        else violations.push(violation(finding, tree, path, reason === '' ? 'fatal' : 'error'));
      }
      acknowledged.set(path, onPurpose);
    }
    const names = access.compartments.map(({ parts }) => parts.name);
    for (const name of requireScopes.filter((each) => !names.includes(each))) {
      const says = `requireScopes names the compartment ${name}, which the app does not have.`;
      violations.push(mistake(says, 'Correct the name, or remove it.'));
    }
    for (const stack of tree.unseen) {
      const says = `CompartmentAccess does not see the stack ${stack}, so its lockfile is not whole.`;
      violations.push(mistake(says, 'Add it once, to the app: Validations.of(app).addPlugins(…).'));
    }
    const lockfile = lockfileOf(access, acknowledged);
    write(join(directory, 'credstash-access.json'), jsonOf(lockfile));
    write(join(directory, 'credstash-access.md'), markdownOf(lockfile));
    return { success: violations.length === 0, violations };
  }
}

function violation(
  { rule, path, says }: Finding,
  tree: Tree,
  compartment: string,
  severity: 'error' | 'fatal',
): PolicyViolation {
  const its = path ?? compartment;
  return {
    ruleName: rule,
    description: `${says}. ${RULES[rule]} Compartment: ${compartment}.`,
    fix: `Change the grant, or acknowledge CompartmentAccess::${rule} with a reason.`,
    severity,
    // `cdk synth` selects no stack of a stage, and drops what is about constructs of other stacks.
    violatingResources: [{ constructPath: tree.isInStage(its) ? '' : its, locations: [] }],
  };
}

/** What is wrong with the plugin itself, and can't be acknowledged. */
function mistake(description: string, fix: string): PolicyViolation {
  const violatingResources = [{ constructPath: '', locations: [] }];
  return { ruleName: 'Setup', description, fix, severity: 'fatal', violatingResources };
}

/** A file that has not changed stays untouched, so that `cdk watch` isn't woken by it. */
function write(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  writeFileSync(file, text);
}
