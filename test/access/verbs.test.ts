import { KINDS } from './compartments';
import { describeMatrix } from './matrix';
import { storeRows, VERB_REQUESTS } from './verb-requests';

/**
 * What becomes of each verb, and of an attack on it, where table and key decide together.
 *
 * The columns are those of the table's matrix, and the kinds of compartment those of the key's.
 */
const MATRIX = `
                                            |              | reader  | writer  | lister | deleter | rewrapper | mixed | admin | owner
                                            |              | a n c b | a n c b | a      | a n     | a n c b   |       |       |
get                                         |              | + + + + | - - - - | -      | - -     | - - - -   | +     | +     | +
get -v                                      |              | + + + + | - - - - | -      | - -     | - - - -   | +     | +     | +
get, another name                           |              | + - + - | - - - - | -      | - -     | - - - -   | -     | +     | +
get, another context                        |              | + + - - | - - - - | -      | - -     | - - - -   | +     | +     | +
get, a row that is not bound                | unbound moving | + + + + | - - - - | -    | - -     | - - - -   | +     | +     | +
get, a row that is not bound                | bound        | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | -
get, a row copied from another name         | unbound      | + + + + | - - - - | -      | - -     | - - - -   | +     | +     | +
get, a row copied from another name         | moving bound | 0 0 0 0 | - - - - | -      | - -     | - - - -   | 0     | 0     | 0
get, an old version replayed as the latest  | unbound      | + + + + | - - - - | -      | - -     | - - - -   | +     | +     | +
get, an old version replayed as the latest  | moving bound | 0 0 0 0 | - - - - | -      | - -     | - - - -   | 0     | 0     | 0
getall                                      |              | + - - - | - - - - | -      | - -     | - - - -   | -     | +     | +
list                                        |              | + - - - | - - - - | +      | - -     | + - - -   | -     | +     | +
put                                         |              | - - - - | + + + + | -      | - -     | - - - -   | +     | +     | +
put, another name                           |              | - - - - | + - + - | -      | - -     | - - - -   | +     | +     | +
put, another context                        |              | - - - - | + + - - | -      | - -     | - - - -   | +     | +     | +
put -a                                      |              | - - - - | + + + + | -      | - -     | - - - -   | +     | +     | +
put over a version                          |              | - - - - | + + + + | -      | - -     | - - - -   | +     | +     | +
put over a version of another name          |              | - - - - | + - + - | -      | - -     | - - - -   | +     | +     | +
put that fails, and open the row that it is given |        | - - - - | - - - - | -      | - -     | - - - -   | +     | +     | +
the same, another name                      | unbound      | - - - - | - - - - | -      | - -     | - - - -   | +     | +     | +
the same, another name                      | moving bound | - - - - | - - - - | -      | - -     | - - - -   | -     | +     | +
delete                                      |              | - - - - | - - - - | -      | + +     | - - - -   | -     | +     | +
delete, another name                        |              | - - - - | - - - - | -      | + -     | - - - -   | -     | +     | +
rewrap                                      |              | - - - - | - - - - | -      | - -     | + + + +   | -     | +     | +
rewrap, another name                        |              | - - - - | - - - - | -      | - -     | + - + -   | -     | +     | +
`;

describe.each(KINDS)('$name:', (kind) => {
  describeMatrix(kind, VERB_REQUESTS, MATRIX, storeRows);
});
