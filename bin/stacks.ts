import { App, LegacyStackSynthesizer } from 'aws-cdk-lib';
import { CompartmentStack } from '../lib';
import { DEFAULT_COMPARTMENT } from '../lib/private/names';
import { contextCompartments } from './context';

/** Add a stack for each compartment in the CDK context: from cdk.json, or `-c compartments=…`. */
export function addCompartmentStacks(app: App): void {
  for (const compartmentName of contextCompartments(app.node.tryGetContext('compartments'))) {
    const isDefault = compartmentName === DEFAULT_COMPARTMENT;
    new CompartmentStack(app, isDefault ? compartmentName : `credstash-${compartmentName}`, {
      compartmentName,
      description: `Secrets of the compartment ${compartmentName}`,
      // The stack has no assets, so the account doesn't need to be bootstrapped.
      synthesizer: new LegacyStackSynthesizer(),
    });
  }
}
