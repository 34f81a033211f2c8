import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** What a reader answers: the value, or the class of its failure. See vectors/README.md. */
export type Answer = 'ok' | 'integrity' | 'context' | 'digest' | 'encoding';

/** An attribute in the JSON of DynamoDB, where Binary is base64. */
export type Attribute = Readonly<Record<string, unknown>>;

/** A case of the format's test kit. */
export interface KitCase {
  readonly name: string;
  readonly about: string;
  readonly item: Readonly<Record<string, Attribute>> & {
    readonly name: { readonly S: string };
    readonly version: { readonly S: string };
  };
  /** What is asked for; the latest if it is undefined. */
  readonly version?: string;
  readonly context: Readonly<Record<string, string>>;
  readonly kms: {
    readonly ciphertextBlob: string;
    readonly context: Readonly<Record<string, string>>;
    readonly dataKeyHex: string;
  };
  readonly expect: Answer;
  /** What was sealed. */
  readonly plaintextHex: string;
  /** What other clients answer instead. */
  readonly differs?: Readonly<Record<string, Answer | 'wrong' | 'other'>>;
}

export interface Versions {
  readonly padded: readonly { readonly given: string; readonly stored: string }[];
  readonly ascending: readonly string[];
  readonly next: readonly {
    readonly about: string;
    readonly stored: readonly string[];
    readonly next: string | null;
  }[];
}

/** Where the kit is. */
export const KIT = join(__dirname, '../../../vectors');

export const readKit = (file: string): unknown => JSON.parse(readFileSync(join(KIT, file), 'utf8'));

export const { cases } = readKit('items.json') as { readonly cases: readonly KitCase[] };

export const versions = readKit('versions.json') as Versions;

/** The cases that open. */
export const opened = cases.filter(({ expect }) => expect === 'ok');

/** The data key that KMS gives for a case; undefined where KMS refuses. */
export function decrypt(
  { kms }: KitCase,
  ciphertextBlob: Uint8Array,
  context: object,
): Buffer | undefined {
  const pairs = (of: object) => JSON.stringify(Object.entries(of).sort());
  const isSame =
    Buffer.from(kms.ciphertextBlob, 'base64').equals(ciphertextBlob) &&
    pairs(kms.context) === pairs(context);
  return isSame ? Buffer.from(kms.dataKeyHex, 'hex') : undefined;
}

/** The attributes of a case's item, for the AWS SDK. */
export function attributes({ item }: KitCase): Record<string, AttributeValue> {
  const entries = Object.entries(item).map(([name, attribute]) => {
    const { B } = attribute as { B?: string };
    return [name, B === undefined ? attribute : { B: Buffer.from(B, 'base64') }];
  });
  return Object.fromEntries(entries) as Record<string, AttributeValue>;
}
