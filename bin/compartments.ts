import { App } from 'aws-cdk-lib';
import { addCompartmentStacks } from './stacks';

try {
  addCompartmentStacks(new App({ analyticsReporting: false }));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
