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
