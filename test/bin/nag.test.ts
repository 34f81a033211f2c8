import { App, Stack, Validations } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import { addCompartmentStacks } from '../../bin/stacks';
import { context } from '../../cdk.json';

/** The findings of cdk-nag, by rule. */
function findings(app: App): string[] {
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  return violations.map(({ ruleName }) => ruleName);
}

test('cdk-nag finds nothing in the stacks of the app, and nothing is suppressed', () => {
  const app = new App({ context });
  addCompartmentStacks(app);
  expect(app.node.children.length).toBeGreaterThan(0);
  expect(findings(app)).toEqual([]);
  const suppressed = app.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY);
  expect(suppressed).toEqual([]);
});

test('cdk-nag finds a key that is not rotated', () => {
  const app = new App();
  new kms.Key(new Stack(app, 'Stack'), 'Key');
  expect(findings(app)).toEqual(['AwsSolutions-KMS5']);
});
