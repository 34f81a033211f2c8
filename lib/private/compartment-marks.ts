import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** What makes up a compartment. */
interface Marked extends IConstruct {
  readonly compartmentName: string;
  readonly tableArn: string;
  readonly keyArn?: string;
  readonly keyAlias?: string;
  readonly bindsNames: boolean;
  readonly opensUnbound: boolean;
}

const PREFIX = 'cdk-credstash:';

/** Say in the template what makes up a compartment: its resources alone don't tell. */
export function markCompartment(compartment: Marked): void {
  const { compartmentName, tableArn, keyArn, keyAlias, bindsNames, opensUnbound } = compartment;
  const mark = { compartmentName, tableArn, keyArn, keyAlias, bindsNames, opensUnbound };
  Stack.of(compartment).addMetadata(PREFIX + compartment.node.path, mark);
}

/** What a template says of compartments, by the path of each. */
export function compartmentMarks(metadata: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(metadata)
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, mark]) => [key.slice(PREFIX.length), mark]);
}
