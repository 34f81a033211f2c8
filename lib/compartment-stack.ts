import { Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Compartment, CompartmentProps } from './compartment';

/** How a stack of one compartment is made. */
export interface CompartmentStackProps extends StackProps, CompartmentProps {}

/** One compartment in a stack of its own. */
export class CompartmentStack extends Stack {
  /** The compartment. */
  public readonly compartment: Compartment;

  constructor(scope: Construct, id: string, props: CompartmentStackProps = {}) {
    super(scope, id, props);
    this.compartment = new Compartment(this, 'Compartment', props);
  }
}
