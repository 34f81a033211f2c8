import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { CompartmentBase } from './compartment-base';
import {
  aliasName,
  checkName,
  compartmentNames,
  DEFAULT_COMPARTMENT,
  isName,
} from './private/names';

/** What is known of a compartment that exists. */
export interface CompartmentAttributes {
  /**
   * The name of the compartment.
   *
   * @default 'credstash'
   */
  readonly compartmentName?: string;

  /**
   * The ARN of the table.
   *
   * @default - the compartment's table, in the account and region of the stack
   */
  readonly tableArn?: string;

  /**
   * The ARN of the key.
   *
   * @default - not known: grants name the key by its alias
   */
  readonly keyArn?: string;

  /**
   * The alias of the key, in the account and region of the table.
   *
   * @default - the compartment's alias
   */
  readonly keyAlias?: string;

  /**
   * Whether the key binds each secret to its name and version.
   *
   * Say so if it does: otherwise a grant to some names lets the grantee decrypt every item that it gets
   * hold of. If it doesn't, and you say it does, such a grant allows nothing at the key.
   *
   * @default false
   */
  readonly bindNames?: boolean;

  /**
   * Whether a key that binds names still opens the data keys of secrets that aren't bound.
   *
   * @default false
   */
  readonly openUnbound?: boolean;
}

/** A compartment that another app, or `credstash setup`, made. */
export class ImportedCompartment extends CompartmentBase {
  public readonly compartmentName: string;
  public readonly key: kms.IKey;
  public readonly keyArn?: string;
  public readonly table: dynamodb.ITableV2;
  public readonly keyAlias: string;
  public readonly bindsNames: boolean;
  public readonly opensUnbound: boolean;
  public readonly isImported = true;

  constructor(scope: Construct, id: string, attrs: CompartmentAttributes) {
    const { compartmentName = DEFAULT_COMPARTMENT, keyArn, tableArn } = attrs;
    // CDK's own error on an ARN doesn't say where.
    super(scope, id, { environmentFromArn: isName('tableArn', tableArn) ? tableArn : undefined });
    if (tableArn !== undefined) checkName(this, 'tableArn', tableArn);
    if (keyArn !== undefined) checkName(this, 'keyArn', keyArn);
    this.compartmentName = compartmentName;
    checkName(this, 'compartmentName', compartmentName);
    const names = compartmentNames(compartmentName);
    this.keyAlias = aliasName(attrs.keyAlias ?? names.keyAlias);
    checkName(this, 'keyAlias', this.keyAlias);
    this.keyArn = keyArn;
    this.key =
      keyArn === undefined
        ? kms.Alias.fromAliasName(this, 'Key', this.keyAlias)
        : kms.Key.fromKeyArn(this, 'Key', keyArn);
    this.table =
      tableArn === undefined
        ? dynamodb.TableV2.fromTableName(this, 'Table', names.tableName)
        : dynamodb.TableV2.fromTableArn(this, 'Table', tableArn);
    this.bindsNames = attrs.bindNames ?? false;
    this.opensUnbound = !this.bindsNames || (attrs.openUnbound ?? false);
  }
}
