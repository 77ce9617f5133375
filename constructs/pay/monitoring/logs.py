"""The counts in a service's logs, and the target of the lines of log groups."""

from collections.abc import Iterable, Mapping

from constructs import Construct

from imports.aws.cloudwatch_log_metric_filter import (
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
)
from imports.aws.cloudwatch_log_subscription_filter import CloudwatchLogSubscriptionFilter
from imports.aws.data_aws_kinesis_firehose_delivery_stream import (
    DataAwsKinesisFirehoseDeliveryStream,
)
from pay.model import Environment, Microservice, addresses
from pay.model.environment.monitoring import LogPipeline
from pay.model.log_metrics import LogMetric
from pay.model.monitoring.log_alarms import log_metrics


def metric_filters(scope: Construct, service: Microservice, environment: Environment) -> None:
    """Count lines of the service's log groups, which the platform's stack holds."""
    count_lines(scope, log_metrics(service, environment))


def count_lines(scope: Construct, metrics: Iterable[LogMetric]) -> None:
    """Count the lines of log groups that match the pattern of a metric."""
    for each in metrics:
        CloudwatchLogMetricFilter(
            scope,
            addresses.log_filter(each.metric.id).id,
            name=each.metric.name,
            log_group_name=each.log_group,
            pattern=each.pattern,
            # Without a default value nothing is reported where nothing matches: a count of 0.
            metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
                namespace=each.metric.namespace, name=each.metric.name, value="1"
            ),
        )


def subscriptions(scope: Construct, groups: Mapping[str, str], pipeline: LogPipeline) -> None:
    """Send every line of log groups to the pipeline, which exists already. `groups`: what the state
    address is made of -> the name of the group.
    """
    stream = DataAwsKinesisFirehoseDeliveryStream(scope, "log_pipeline", name=pipeline.stream)
    for key, name in groups.items():
        CloudwatchLogSubscriptionFilter(
            scope,
            addresses.log_subscription(key).id,
            name=pipeline.filter,
            log_group_name=name,
            filter_pattern="",
            destination_arn=stream.arn,
            role_arn=pipeline.role_arn,
        )
