import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

import { applyTemplate, type Template } from '.';
import { Compartment, type CompartmentProps } from '../lib';
import { TestAws } from './test-aws';

/**
 * Start an AWS that has what constructs synthesize.
 *
 * @param build Adds constructs to a stack.
 */
export function startSynthesized(build: (stack: Stack) => void): Promise<TestAws> {
  const template = synthesize(build);
  return TestAws.startWith((target) => applyTemplate(template, target));
}

/**
 * Start an AWS that has what the stacks of an app synthesize, each in its region.
 *
 * @param build Adds stacks to an app.
 */
export function startStacks(build: (app: App) => void): Promise<TestAws> {
  const app = new App();
  build(app);
  return TestAws.startWith(async (target) => {
    const exported: Record<string, string | undefined> = {};
    for (const { template, environment } of app.synth().stacks) {
      const { Outputs = {}, ...own } = template as Template & { Outputs?: Record<string, Output> };
      const importValue = /\{"Fn::ImportValue":"([^"]+)"\}/g;
      const text = JSON.stringify(own).replace(importValue, (_, name: string) =>
        JSON.stringify(exported[name]),
      );
      const { region } = environment;
      const made = await applyTemplate(JSON.parse(text) as Template, { ...target, region });
      for (const { Export, Value } of Object.values(Outputs)) {
        exported[Export.Name] = made.get(Value['Fn::GetAtt'][0])?.arn;
      }
    }
  });
}

/** What a stack exports to others: an ARN. */
interface Output {
  readonly Export: { readonly Name: string };
  readonly Value: { readonly 'Fn::GetAtt': readonly [string, 'Arn'] };
}

/** The template of one stack. */
export function synthesize(build: (stack: Stack) => void): Template {
  const app = new App();
  build(new Stack(app, 'Stack'));
  return app.synth().getStackByName('Stack').template as Template;
}

/** A compartment, and the roles `reader` and `writer`, each with the managed policy. */
export function standardCompartment(stack: Stack, props: CompartmentProps = {}): Compartment {
  const compartment = new Compartment(stack, 'Compartment', props);
  role(stack, 'reader').addManagedPolicy(compartment.readPolicy);
  role(stack, 'writer').addManagedPolicy(compartment.writePolicy);
  return compartment;
}

/** A role that any identity of the account may assume. */
export function role(stack: Stack, name: string): iam.Role {
  const assumedBy = new iam.AccountPrincipal(stack.account);
  return new iam.Role(stack, name, { roleName: name, assumedBy });
}
