import { KINDS } from './compartments';
import { keyRequests, makeDataKeys, OWN_ALIAS, type DataKeys } from './key-requests';
import { describeMatrix } from './matrix';

/**
 * What the key lets through, by the kind of compartment where they differ: one that does not bind
 * names (unbound), one that does and still opens what isn't bound (moving), and one that does (bound).
 *
 * The columns are those of the table's matrix. Only names that are bound hold at the key, and a
 * context always does.
 */
const MATRIX = `
                                            |              | reader  | writer  | lister | deleter | rewrapper | mixed | admin | owner
                                            |              | a n c b | a n c b | a      | a n     | a n c b   |       |       |
Decrypt                                     |              | + + + + | - - - - | -      | - -     | - - - -   | +     | +     | +
Decrypt, another name                       | unbound      | + + + + | - - - - | -      | - -     | - - - -   | +     | +     | +
Decrypt, another name                       | moving bound | + - + - | - - - - | -      | - -     | - - - -   | -     | +     | +
Decrypt, another context                    |              | + + - - | - - - - | -      | - -     | - - - -   | +     | +     | +
Decrypt, a data key that is not bound       | unbound moving | + + + + | - - - - | -    | - -     | - - - -   | +     | +     | +
Decrypt, a data key that is not bound       | bound        | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | -
Decrypt, copied from another name           | unbound      | + + + + | - - - - | -      | - -     | - - - -   | +     | +     | +
Decrypt, copied from another name           | moving bound | 0 0 0 0 | - - - - | -      | - -     | - - - -   | 0     | 0     | 0
Decrypt, with a wrong context               |              | 0 0 - - | - - - - | -      | - -     | - - - -   | 0     | 0     | 0
Decrypt, with one pair more                 |              | 0 0 0 0 | - - - - | -      | - -     | - - - -   | 0     | 0     | 0
Decrypt, with no context                    | unbound moving | 0 0 - - | - - - - | -    | - -     | - - - -   | 0     | 0     | 0
Decrypt, with no context                    | bound        | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | -
Decrypt, with no version                    | moving       | 0 0 0 0 | - - - - | -      | - -     | - - - -   | 0     | 0     | 0
Decrypt, with no version                    | bound        | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | -
Decrypt, with pairs in another case         | moving       | 0 0 0 0 | - - - - | -      | - -     | - - - -   | 0     | 0     | 0
Decrypt, with pairs in another case         | bound        | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | -
GenerateDataKey                             |              | - - - - | + + + + | -      | - -     | - - - -   | +     | +     | +
GenerateDataKey, another name               | unbound      | - - - - | + + + + | -      | - -     | - - - -   | +     | +     | +
GenerateDataKey, another name               | moving bound | - - - - | + - + - | -      | - -     | - - - -   | +     | +     | +
GenerateDataKey, another context            |              | - - - - | + + - - | -      | - -     | - - - -   | +     | +     | +
GenerateDataKey, not bound                  | unbound      | - - - - | + + + + | -      | - -     | - - - -   | +     | +     | +
GenerateDataKey, not bound                  | moving bound | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | -
GenerateDataKey, with no context            | unbound      | - - - - | + + - - | -      | - -     | - - - -   | +     | +     | +
GenerateDataKey, with no context            | moving bound | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | -
GenerateDataKey, with no version            | moving bound | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | -
GenerateDataKey, with pairs in another case | moving bound | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | -
GenerateDataKeyWithoutPlaintext             |              | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | +
Encrypt                                     |              | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | +
ReEncrypt                                   |              | - - - - | - - - - | -      | - -     | + + + +   | -     | +     | +
ReEncrypt, another name                     | unbound      | - - - - | - - - - | -      | - -     | + + + +   | -     | +     | +
ReEncrypt, another name                     | moving bound | - - - - | - - - - | -      | - -     | + - + -   | -     | +     | +
ReEncrypt, to another name                  | moving bound | - - - - | - - - - | -      | - -     | + - + -   | -     | +     | +
ReEncrypt, to another context               |              | - - - - | - - - - | -      | - -     | + + - -   | -     | +     | +
ReEncrypt, to no binding                    | moving bound | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | -
ReEncrypt, to no context                    | unbound      | - - - - | - - - - | -      | - -     | + + - -   | -     | +     | +
ReEncrypt, to no context                    | moving bound | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | -
ReEncrypt, from no binding                  | moving       | - - - - | - - - - | -      | - -     | - - - -   | -     | +     | +
ReEncrypt, from no binding                  | bound        | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | -
ReEncrypt, to a key of my own               | same lavish  | - - - - | - - - - | -      | - -     | - - - -   | -     | +     | +
ReEncrypt, to a key of my own               | other        | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | +
CreateGrant                                 |              | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | +
PutKeyPolicy                                |              | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | +
DisableKey                                  |              | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | -
`;

describe.each(KINDS)('$name:', (kind) => {
  let dataKeys: DataKeys;
  const requests = keyRequests(() => dataKeys);

  describeMatrix(kind, requests, MATRIX, async (compartment) => {
    dataKeys = await makeDataKeys(compartment);
    const { kms } = compartment.owner;
    const anybody = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
    const { KeyMetadata } = await kms.createKey({ Policy: JSON.stringify({ Statement: anybody }) });
    await kms.createAlias({ AliasName: OWN_ALIAS, TargetKeyId: KeyMetadata?.KeyId });
  });
});
