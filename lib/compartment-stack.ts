import { Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Compartment, CompartmentProps } from './compartment';

/** Properties of a `CompartmentStack`. */
export interface CompartmentStackProps extends StackProps, CompartmentProps {}

/** A stack that contains one compartment. */
export class CompartmentStack extends Stack {
  /** The compartment. */
  public readonly compartment: Compartment;

  constructor(scope: Construct, id: string, props: CompartmentStackProps = {}) {
    super(scope, id, props);
    this.compartment = new Compartment(this, 'Compartment', props);
  }
}
