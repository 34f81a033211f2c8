import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** What makes up a compartment, be it imported or not. */
interface Parts extends IConstruct {
  readonly compartmentName: string;
  readonly tableArn: string;
  readonly keyArn?: string;
  readonly keyAlias?: string;
  readonly bindsNames: boolean;
  readonly opensUnbound: boolean;
}

/** Two copies of this package have the same. */
const MARK = Symbol.for('cdk-credstash.CompartmentBase');

/** Let `partsOf` know a construct for a compartment. */
export function mark(compartment: Parts): void {
  Object.defineProperty(compartment, MARK, { value: true });
}

/** What makes up a compartment, as its stack's template would say it; nothing of another construct. */
export function partsOf(construct: IConstruct): object | undefined {
  if (!(MARK in construct)) return undefined;
  const { compartmentName, tableArn, keyArn, keyAlias, bindsNames, opensUnbound } =
    construct as unknown as Parts;
  const parts = { compartmentName, tableArn, keyArn, keyAlias, bindsNames, opensUnbound };
  return Stack.of(construct).resolve(parts) as object;
}
