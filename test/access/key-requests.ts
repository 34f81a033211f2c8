import { ACCOUNT } from '../../testbed';
import { REGION } from '../../testbed/test-aws';
import { DEV, PROD, V1, type Compartments, type Context } from './compartments';
import type { Caller, Requests } from './matrix';

/** A key of the account that anybody may seal with: such as an attacker's own. */
export const OWN_ALIAS = 'alias/own';

/** Data keys of a compartment, as the rows of its table have them. */
export interface DataKeys {
  readonly mine: Uint8Array;
  readonly dev: Uint8Array;
  readonly theirs: Uint8Array;
  readonly unbound: Uint8Array;
}

const OWN_KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:${OWN_ALIAS}`;

const MINE = 'app/secret';
const THEIRS = 'other/secret';

export async function makeDataKeys(compartment: Compartments): Promise<DataKeys> {
  const wrapped = (name: string, context: Context) =>
    compartment.wrapped(compartment.contextOf(name, V1, context));
  const mine = await wrapped(MINE, PROD);
  const [dev, theirs] = [await wrapped(MINE, DEV), await wrapped(THEIRS, PROD)];
  return { mine, dev, theirs, unbound: await compartment.wrapped(PROD) };
}

/** A pair that differs by its case, which IAM ignores, and KMS doesn't. */
function inOtherCase(context: Context): Context {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [key.replace('credstash', 'CREDSTASH'), value]),
  );
}

function withoutVersion(context: Context): Context {
  return Object.fromEntries(Object.entries(context).filter(([key]) => !key.endsWith(':version')));
}

/** Requests to the key that the holder of any credentials can send. */
export function keyRequests(dataKeys: (compartment: Compartments) => DataKeys): Requests {
  type WhichContext = (compartment: Compartments) => Context;
  const of =
    (name: string, context: Context): WhichContext =>
    (compartment) =>
      compartment.contextOf(name, V1, context);
  const [mine, dev, theirs] = [of(MINE, PROD), of(MINE, DEV), of(THEIRS, PROD)];
  const none: WhichContext = () => ({});
  const unbound: WhichContext = () => PROD;
  const changed =
    (change: (context: Context) => Context): WhichContext =>
    (compartment) =>
      change(mine(compartment));

  const decrypt =
    (which: keyof DataKeys, context: WhichContext) => (caller: Caller, compartment: Compartments) =>
      caller.kms.decrypt({
        CiphertextBlob: dataKeys(compartment)[which],
        EncryptionContext: context(compartment),
      });
  const generate = (context: WhichContext) => (caller: Caller, compartment: Compartments) =>
    caller.kms.generateDataKey({
      KeyId: caller.KeyId,
      NumberOfBytes: 64,
      EncryptionContext: context(compartment),
    });
  const reEncrypt =
    (which: keyof DataKeys, from: WhichContext, to: WhichContext, DestinationKeyId?: string) =>
    (caller: Caller, compartment: Compartments) =>
      caller.kms.reEncrypt({
        CiphertextBlob: dataKeys(compartment)[which],
        SourceEncryptionContext: from(compartment),
        DestinationKeyId: DestinationKeyId ?? caller.KeyId,
        DestinationEncryptionContext: to(compartment),
      });

  return {
    Decrypt: decrypt('mine', mine),
    'Decrypt, another name': decrypt('theirs', theirs),
    'Decrypt, another context': decrypt('dev', dev),
    'Decrypt, a data key that is not bound': decrypt('unbound', unbound),
    'Decrypt, copied from another name': decrypt('theirs', mine),
    'Decrypt, with a wrong context': decrypt('mine', dev),
    'Decrypt, with one pair more': decrypt(
      'mine',
      changed((context) => ({ ...context, more: 'x' })),
    ),
    'Decrypt, with no context': decrypt('mine', none),
    'Decrypt, with no version': decrypt('mine', changed(withoutVersion)),
    'Decrypt, with pairs in another case': decrypt('mine', changed(inOtherCase)),
    GenerateDataKey: generate(mine),
    'GenerateDataKey, another name': generate(theirs),
    'GenerateDataKey, another context': generate(dev),
    'GenerateDataKey, not bound': generate(unbound),
    'GenerateDataKey, with no context': generate(none),
    'GenerateDataKey, with no version': generate(changed(withoutVersion)),
    'GenerateDataKey, with pairs in another case': generate(changed(inOtherCase)),
    GenerateDataKeyWithoutPlaintext: ({ kms, KeyId }, compartment) =>
      kms.generateDataKeyWithoutPlaintext({
        KeyId,
        NumberOfBytes: 64,
        EncryptionContext: mine(compartment),
      }),
    Encrypt: ({ kms, KeyId }, compartment) =>
      kms.encrypt({
        KeyId,
        Plaintext: Buffer.from('a data key of my choice'),
        EncryptionContext: mine(compartment),
      }),
    ReEncrypt: reEncrypt('mine', mine, mine),
    'ReEncrypt, another name': reEncrypt('theirs', theirs, theirs),
    'ReEncrypt, to another name': reEncrypt('mine', mine, theirs),
    'ReEncrypt, to another context': reEncrypt('mine', mine, dev),
    'ReEncrypt, to no binding': reEncrypt('mine', mine, unbound),
    'ReEncrypt, to no context': reEncrypt('mine', mine, none),
    'ReEncrypt, from no binding': reEncrypt('unbound', unbound, mine),
    'ReEncrypt, to a key of my own': reEncrypt('mine', mine, mine, OWN_KEY),
    CreateGrant: ({ kms }, { keyArn: KeyId }) =>
      kms.createGrant({ KeyId, GranteePrincipal: 'arn:aws:iam::1:root', Operations: ['Decrypt'] }),
    PutKeyPolicy: async ({ kms }, { keyArn: KeyId, owner }) => {
      const { Policy } = await owner.kms.getKeyPolicy({ KeyId });
      return kms.putKeyPolicy({ KeyId, Policy });
    },
    DisableKey: ({ kms }, { keyArn: KeyId }) => kms.disableKey({ KeyId }),
  };
}
