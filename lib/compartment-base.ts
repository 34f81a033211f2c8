import { IResource, Resource, ResourceProps } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { CompartmentGrants, ICompartmentRef } from './compartment-grants';
import { mark } from './private/marked';
import { deniedDecrypts, throttledRequests } from './private/metrics';

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

/** What a compartment and an import of one have in common. */
export abstract class CompartmentBase extends Resource implements ICompartment {
  public abstract readonly compartmentName: string;
  public abstract readonly key: kms.IKey;
  public abstract readonly keyArn?: string;
  public abstract readonly keyAlias?: string;
  public abstract readonly table: dynamodb.ITableV2;
  public abstract readonly bindsNames: boolean;
  public abstract readonly opensUnbound: boolean;
  public abstract readonly isImported: boolean;
  public readonly grants = CompartmentGrants.fromCompartment(this);

  constructor(scope: Construct, id: string, props: ResourceProps = {}) {
    super(scope, id, props);
    mark(this);
  }

  public get tableName(): string {
    return this.table.tableName;
  }

  public get tableArn(): string {
    return this.table.tableArn;
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
