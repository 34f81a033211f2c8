import { IResource, Resource } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { CompartmentGrants, ICompartmentRef } from './compartment-grants';
import { markCompartment } from './private/compartment-marks';
import { deniedDecrypts, throttledRequests } from './private/metrics';
import { aliasName, checkName, compartmentNames, DEFAULT_COMPARTMENT } from './private/names';

/** A place for secrets that share their permissions. */
export interface ICompartment extends IResource, ICompartmentRef {
  /**
   * The name of the compartment, from which the runtime derives those of its resources.
   *
   * @attribute
   */
  readonly compartmentName: string;
  /**
   * The name of the table.
   *
   * @attribute
   */
  readonly tableName: string;
  /**
   * The ARN of the table.
   *
   * @attribute
   */
  readonly tableArn: string;
  /** Grants access to the secrets. */
  readonly grants: CompartmentGrants;

  /**
   * How many requests DynamoDB throttled.
   *
   * @param props The sum over 5 minutes by default.
   */
  metricThrottledRequests(props?: cloudwatch.MetricOptions): cloudwatch.IMetric;

  /**
   * How often KMS refused to open a data key with the key of the compartment. KMS publishes no such
   * metric: a metric filter counts it in the log group of a CloudTrail trail.
   *
   * @param trailLogGroup The log group to which a trail of the account sends its events.
   * @param props The sum over 5 minutes by default.
   */
  metricDeniedDecrypts(
    trailLogGroup: logs.ILogGroup,
    props?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric;
}

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
   * The alias of the key.
   *
   * @default - the compartment's alias
   */
  readonly keyAlias?: string;

  /**
   * Whether the key binds each secret to its name and version.
   *
   * If it doesn't, grants to some names of an import that says so allow nothing at the key.
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
export class ImportedCompartment extends Resource implements ICompartment {
  public readonly compartmentName: string;
  public readonly key: kms.IKey;
  public readonly keyArn?: string;
  public readonly table: dynamodb.ITableV2;
  public readonly tableName: string;
  public readonly tableArn: string;
  public readonly keyAlias: string;
  public readonly bindsNames: boolean;
  public readonly opensUnbound: boolean;
  public readonly isImported = true;
  public readonly grants: CompartmentGrants;

  constructor(scope: Construct, id: string, attrs: CompartmentAttributes) {
    const { compartmentName = DEFAULT_COMPARTMENT, keyArn, tableArn } = attrs;
    super(scope, id, { environmentFromArn: tableArn });
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
    this.tableName = this.table.tableName;
    this.tableArn = this.table.tableArn;
    this.bindsNames = attrs.bindNames ?? false;
    this.opensUnbound = !this.bindsNames || (attrs.openUnbound ?? false);
    this.grants = CompartmentGrants.fromCompartment(this);
    markCompartment(this);
  }

  public metricThrottledRequests(props?: cloudwatch.MetricOptions): cloudwatch.IMetric {
    return throttledRequests(this.table, props);
  }

  public metricDeniedDecrypts(
    trailLogGroup: logs.ILogGroup,
    props?: cloudwatch.MetricOptions,
  ): cloudwatch.Metric {
    return deniedDecrypts(this, trailLogGroup, props);
  }
}
