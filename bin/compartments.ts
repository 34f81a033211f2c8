import { App, LegacyStackSynthesizer } from 'aws-cdk-lib';
import { CompartmentStack } from '../lib';
import { DEFAULT_COMPARTMENT } from '../lib/private/names';
import { contextCompartments } from './context';

/** Add a stack for each compartment that the context names: in cdk.json, or `-c compartments=…`. */
function addCompartmentStacks(app: App): void {
  for (const compartmentName of contextCompartments(app.node.tryGetContext('compartments'))) {
    const isDefault = compartmentName === DEFAULT_COMPARTMENT;
    new CompartmentStack(app, isDefault ? compartmentName : `credstash-${compartmentName}`, {
      compartmentName,
      description: `Secrets of the compartment ${compartmentName}`,
      // Without assets, a stack needs no bootstrapped account.
      synthesizer: new LegacyStackSynthesizer(),
    });
  }
}

try {
  addCompartmentStacks(new App({ analyticsReporting: false }));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
