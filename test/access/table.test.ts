import { KINDS } from './compartments';
import { describeMatrix } from './matrix';
import { MINE, TABLE_REQUESTS, THEIRS } from './table-requests';
import { V1 } from './compartments';

/**
 * What the table lets through: the same in every kind of compartment, and from each account.
 *
 * The columns of a role: granted all (a), by names (n), by a context (c), and by both (b). The table
 * doesn't know the context of a secret, so c is as a, and b as n. A mixed role reads by names, and
 * writes all. The owner administers the account.
 */
const MATRIX = `
                                            |  | reader  | writer  | lister | deleter | rewrapper | mixed | admin | owner
                                            |  | a n c b | a n c b | a      | a n     | a n c b   |       |       |
GetItem                                     |  | + + + + | - - - - | -      | - -     | + + + +   | +     | +     | +
GetItem, another name                       |  | + - + - | - - - - | -      | - -     | + - + -   | -     | +     | +
GetItem, name and version                   |  | + + + + | - - - - | -      | - -     | + + + +   | +     | +     | +
Query                                       |  | + + + + | - - - - | -      | - -     | + + + +   | +     | +     | +
Query, another name                         |  | + - + - | - - - - | -      | - -     | + - + -   | -     | +     | +
Query, ALL_ATTRIBUTES                       |  | + + + + | - - - - | -      | - -     | + + + +   | +     | +     | +
Query, ALL_PROJECTED_ATTRIBUTES             |  | 0 0 0 0 | - - - - | -      | - -     | 0 0 0 0   | 0     | 0     | 0
Query, COUNT                                |  | + + + + | - - - - | -      | - -     | + + + +   | +     | +     | +
Query, COUNT where contents = a guess       |  | + + + + | - - - - | -      | - -     | + + + +   | +     | +     | +
Query, SPECIFIC_ATTRIBUTES, none named      |  | 0 0 0 0 | - - - - | -      | - -     | 0 0 0 0   | 0     | 0     | 0
Query, versions                             |  | + + + + | + + + + | +      | + +     | + + + +   | +     | +     | +
Query, versions of another name             |  | + - + - | + - + - | +      | + -     | + - + -   | +     | +     | +
Query, versions, without Select             |  | + + + + | + + + + | +      | + +     | + + + +   | +     | +     | +
Query, versions, by AttributesToGet         |  | + + + + | + + + + | +      | + +     | + + + +   | +     | +     | +
Query, versions and comments                |  | + + + + | - - - - | +      | - -     | + + + +   | +     | +     | +
Query, versions where contents = a guess    |  | + + + + | - - - - | -      | - -     | + + + +   | +     | +     | +
Query, contents                             |  | + + + + | - - - - | -      | - -     | + + + +   | +     | +     | +
Query, contents by AttributesToGet          |  | + + + + | - - - - | -      | - -     | + + + +   | +     | +     | +
Scan                                        |  | + - - - | - - - - | -      | - -     | + - - -   | -     | +     | +
Scan, COUNT                                 |  | + - - - | - - - - | -      | - -     | + - - -   | -     | +     | +
Scan, names, versions and comments          |  | + - - - | - - - - | +      | - -     | + - - -   | -     | +     | +
Scan, names where contents = a guess        |  | + - - - | - - - - | -      | - -     | + - - -   | -     | +     | +
BatchGetItem                                |  | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | +
TransactGetItems                            |  | + + + + | - - - - | -      | - -     | + + + +   | +     | +     | +
TransactGetItems, another name              |  | + - + - | - - - - | -      | - -     | + - + -   | -     | +     | +
PutItem, a new version                      |  | - - - - | + + + + | -      | - -     | - - - -   | +     | +     | +
PutItem, another name                       |  | - - - - | + - + - | -      | - -     | - - - -   | +     | +     | +
PutItem, over a version                     |  | - - - - | + + + + | -      | - -     | - - - -   | +     | +     | +
PutItem, ALL_OLD                            |  | - - - - | - - - - | -      | - -     | - - - -   | -     | +     | +
PutItem, ALL_OLD on failure                 |  | - - - - | + + + + | -      | - -     | - - - -   | +     | +     | +
PutItem, ALL_OLD on failure, another name   |  | - - - - | + - + - | -      | - -     | - - - -   | +     | +     | +
UpdateItem, the data key                    |  | - - - - | - - - - | -      | - -     | + + + +   | -     | +     | +
UpdateItem, the data key of another name    |  | - - - - | - - - - | -      | - -     | + - + -   | -     | +     | +
UpdateItem, the data key, ALL_OLD           |  | - - - - | - - - - | -      | - -     | - - - -   | -     | +     | +
UpdateItem, the data key, if contents match |  | - - - - | - - - - | -      | - -     | - - - -   | -     | +     | +
UpdateItem, the contents                    |  | - - - - | - - - - | -      | - -     | - - - -   | -     | +     | +
DeleteItem                                  |  | - - - - | - - - - | -      | + +     | - - - -   | -     | +     | +
DeleteItem, another name                    |  | - - - - | - - - - | -      | + -     | - - - -   | -     | +     | +
DeleteItem, ALL_OLD                         |  | - - - - | - - - - | -      | - -     | - - - -   | -     | +     | +
DeleteItem, ALL_OLD on failure              |  | - - - - | - - - - | -      | + +     | - - - -   | -     | +     | +
BatchWriteItem, put                         |  | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | +
BatchWriteItem, delete                      |  | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | +
TransactWriteItems, Put                     |  | - - - - | - - - - | -      | - -     | - - - -   | -     | +     | +
TransactWriteItems, Put, ALL_OLD on failure |  | - - - - | - - - - | -      | - -     | - - - -   | -     | +     | +
TransactWriteItems, Update of the data key  |  | - - - - | - - - - | -      | - -     | - - - -   | -     | +     | +
TransactWriteItems, Delete                  |  | - - - - | - - - - | -      | - -     | - - - -   | -     | +     | +
TransactWriteItems, ConditionCheck          |  | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | +
PartiQL SELECT                              |  | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | 0
PartiQL INSERT                              |  | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | 0
PartiQL UPDATE                              |  | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | 0
PartiQL DELETE                              |  | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | 0
PutResourcePolicy                           |  | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | +
UpdateTable                                 |  | - - - - | - - - - | -      | - -     | - - - -   | -     | -     | +
`;

describe.each(KINDS)('$name:', (kind) => {
  describeMatrix(kind, TABLE_REQUESTS, MATRIX, async (compartment) => {
    for (const name of [MINE, THEIRS]) await compartment.store(name, V1);
  });
});
