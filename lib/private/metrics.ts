import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { invalid } from './invalid';

const { DELETE_ITEM, GET_ITEM, PUT_ITEM, QUERY, SCAN, UPDATE_ITEM } = dynamodb.Operation;

/** How many requests of the grants DynamoDB throttled. */
export function throttledRequests(
  table: dynamodb.ITableV2,
  props: cloudwatch.MetricOptions | undefined,
): cloudwatch.IMetric {
  const operations = [DELETE_ITEM, GET_ITEM, PUT_ITEM, QUERY, SCAN, UPDATE_ITEM];
  return table.metricThrottledRequestsForOperations({ ...props, operations });
}

/**
 * How often KMS refused to open a data key: KMS publishes no such metric, so it is counted in the log
 * of a trail.
 */
export function deniedDecrypts(
  compartment: Construct & { readonly keyArn?: string },
  trailLogGroup: logs.ILogGroup,
  props: cloudwatch.MetricOptions | undefined,
): cloudwatch.Metric {
  const { keyArn } = compartment;
  if (keyArn === undefined) {
    throw invalid(
      compartment,
      'KeyArnUnknown',
      'The metric needs the ARN of the key: import the compartment with its keyArn.',
    );
  }
  const id = `DeniedDecrypts-${trailLogGroup.node.addr}`;
  const existing = compartment.node.tryFindChild(id) as logs.MetricFilter | undefined;
  const is = (field: string, value: string) => logs.FilterPattern.stringValue(field, '=', value);
  const filter =
    existing ??
    new logs.MetricFilter(compartment, id, {
      logGroup: trailLogGroup,
      metricNamespace: 'Credstash',
      metricName: `DeniedDecrypts-${compartment.node.addr}`,
      filterPattern: logs.FilterPattern.all(
        is('$.eventSource', 'kms.amazonaws.com'),
        is('$.eventName', 'Decrypt'),
        is('$.errorCode', 'AccessDenied*'),
        is('$.errorMessage', `*${keyArn}*`),
      ),
    });
  return filter.metric({ statistic: 'Sum', ...props });
}
