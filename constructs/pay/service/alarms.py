"""Alarms of one service on one side: errors, latency, healthy hosts.

Metrics: AWS/ApplicationELB and AWS/NetworkELB (AWS: "CloudWatch metrics for your Application Load
Balancer"). A count that is not reported is a count of zero, so it is filled; a host count that is
not reported means that there is no target, so it breaches. A side must be able to take everything
from one minute to the next, so too few healthy hosts is critical however little it serves.
"""

from collections.abc import Mapping

from constructs import Construct

from imports.aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from pay.existing.messaging import topic_arn
from pay.model import LoadBalancerType, Severity, names
from pay.model.stage.invariants import holds_full_peak
from pay.service.balancer import ServiceLoadBalancer
from pay.service.side import ServiceSide

PERIOD_SECONDS = 60
EVALUATION_PERIODS = 5
DATAPOINTS_TO_ALARM = 3
HOSTS_EVALUATION_PERIODS = 10
HOSTS_DATAPOINTS_TO_ALARM = 5
"""A task that ends is replaced in less: nobody is called for that, nor for a deployment, which
keeps all wanted tasks healthy. A task that ends again and again, or a zone whose tasks find no
other place, takes more."""
MAX_ERROR_PERCENT = 5
MIN_REQUESTS = 20
"""Below this many requests a minute one error proves nothing: 1 of 1 would be 100 per cent."""
LATENCY_MARGIN = 0.5
"""p99 may take half of the longest request that the service is built for."""


class Alarms:
    """Errors and hosts are critical, latency is a warning; a TCP service has resets for errors."""

    def __init__(
        self, scope: Construct, side: ServiceSide, load_balancer: ServiceLoadBalancer
    ) -> None:
        self._scope = scope
        self._side = side
        self._load_balancer = {"LoadBalancer": load_balancer.arn_suffix}
        self._target_group = {
            **self._load_balancer,
            "TargetGroup": load_balancer.target_group_arn_suffix,
        }
        self._critical = self._topic(Severity.CRITICAL)
        if side.service.load_balancer_type is LoadBalancerType.APPLICATION:
            self._warning = self._topic(Severity.WARNING)
            self._errors()
            self._latency()
            self._healthy_hosts("AWS/ApplicationELB")
        else:
            self._resets()
            self._healthy_hosts("AWS/NetworkELB")

    def _topic(self, severity: Severity) -> str:
        name = names.alarm_topic(self._side.environment.name, severity)
        return topic_arn(self._scope, f"{severity}_topic", name)

    def _name(self, what: str) -> str:
        return names.alarm(
            self._side.environment.name, self._side.service.name, self._side.side, what
        )

    def _errors(self) -> None:
        error_percent = (
            f"IF(FILL(requests,0)+FILL(elb_5xx,0)>={MIN_REQUESTS},"
            "100*(FILL(target_5xx,0)+FILL(elb_5xx,0)+FILL(connection_errors,0))"
            "/(FILL(requests,0)+FILL(elb_5xx,0)),0)"
        )
        CloudwatchMetricAlarm(
            self._scope,
            "errors_alarm",
            alarm_name=self._name("errors"),
            alarm_description=(
                f"More than {MAX_ERROR_PERCENT} % of the requests to {self._side.service.name} on "
                f"{self._side.side} fail."
            ),
            comparison_operator="GreaterThanThreshold",
            threshold=MAX_ERROR_PERCENT,
            evaluation_periods=EVALUATION_PERIODS,
            datapoints_to_alarm=DATAPOINTS_TO_ALARM,
            treat_missing_data="notBreaching",
            alarm_actions=[self._critical],
            ok_actions=[self._critical],
            metric_query=[
                CloudwatchMetricAlarmMetricQuery(
                    id="error_percent",
                    expression=error_percent,
                    label="failed requests, per cent",
                    return_data=True,
                ),
                self._sum("connection_errors", "TargetConnectionErrorCount", self._target_group),
                self._sum("elb_5xx", "HTTPCode_ELB_5XX_Count", self._load_balancer),
                self._sum("requests", "RequestCount", self._target_group),
                self._sum("target_5xx", "HTTPCode_Target_5XX_Count", self._target_group),
            ],
        )

    def _resets(self) -> None:
        """The errors of a TCP service, which has no status codes: connections that the proxy, or
        the load balancer in its place, resets. Its latency is not measured anywhere.
        """
        reset_percent = (
            f"IF(FILL(connections,0)>={MIN_REQUESTS},"
            "100*(FILL(target_resets,0)+FILL(elb_resets,0))/FILL(connections,0),0)"
        )
        namespace = "AWS/NetworkELB"
        CloudwatchMetricAlarm(
            self._scope,
            "resets_alarm",
            alarm_name=self._name("resets"),
            alarm_description=(
                f"More than {MAX_ERROR_PERCENT} % of the connections to "
                f"{self._side.service.name} on {self._side.side} are reset."
            ),
            comparison_operator="GreaterThanThreshold",
            threshold=MAX_ERROR_PERCENT,
            evaluation_periods=EVALUATION_PERIODS,
            datapoints_to_alarm=DATAPOINTS_TO_ALARM,
            treat_missing_data="notBreaching",
            alarm_actions=[self._critical],
            ok_actions=[self._critical],
            metric_query=[
                CloudwatchMetricAlarmMetricQuery(
                    id="reset_percent",
                    expression=reset_percent,
                    label="reset connections, per cent",
                    return_data=True,
                ),
                self._sum("connections", "NewFlowCount", self._load_balancer, namespace),
                self._sum("elb_resets", "TCP_ELB_Reset_Count", self._load_balancer, namespace),
                self._sum(
                    "target_resets", "TCP_Target_Reset_Count", self._load_balancer, namespace
                ),
            ],
        )

    def _sum(
        self,
        id: str,
        metric_name: str,
        dimensions: Mapping[str, str],
        namespace: str = "AWS/ApplicationELB",
    ) -> CloudwatchMetricAlarmMetricQuery:
        return CloudwatchMetricAlarmMetricQuery(
            id=id,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=namespace,
                metric_name=metric_name,
                dimensions=dimensions,
                period=PERIOD_SECONDS,
                stat="Sum",
            ),
        )

    def _latency(self) -> None:
        seconds = self._side.service.timing.longest_request_seconds * LATENCY_MARGIN
        CloudwatchMetricAlarm(
            self._scope,
            "latency_alarm",
            alarm_name=self._name("latency"),
            alarm_description=(
                f"1 % of the requests to {self._side.service.name} on {self._side.side} take "
                f"longer than {seconds:g} seconds."
            ),
            namespace="AWS/ApplicationELB",
            metric_name="TargetResponseTime",
            dimensions=self._target_group,
            extended_statistic="p99",
            # With few requests p99 is one request: wait for more.
            evaluate_low_sample_count_percentiles="ignore",
            comparison_operator="GreaterThanThreshold",
            threshold=seconds,
            period=PERIOD_SECONDS,
            evaluation_periods=EVALUATION_PERIODS,
            datapoints_to_alarm=DATAPOINTS_TO_ALARM,
            treat_missing_data="notBreaching",
            alarm_actions=[self._warning],
            ok_actions=[self._warning],
        )

    def _healthy_hosts(self, namespace: str) -> None:
        """Every node of a load balancer that balances across zones counts all targets, so the
        minimum is what the node that sees the fewest has to send to (AWS: "CloudWatch metrics for
        your Application Load Balancer", statistics).
        """
        deployment = self._side.deployment
        if holds_full_peak(deployment.stage, self._side.side):
            needed, why = deployment.tasks.peak, "too few to take the daily peak alone"
        else:
            needed, why = deployment.tasks.min, "fewer than always run"
        CloudwatchMetricAlarm(
            self._scope,
            "healthy_hosts_alarm",
            alarm_name=self._name("healthy-hosts"),
            alarm_description=(
                f"Fewer than {needed} healthy tasks of {self._side.service.name} on "
                f"{self._side.side} for {HOSTS_DATAPOINTS_TO_ALARM} minutes: {why}."
            ),
            namespace=namespace,
            metric_name="HealthyHostCount",
            dimensions=self._target_group,
            statistic="Minimum",
            comparison_operator="LessThanThreshold",
            threshold=needed,
            period=PERIOD_SECONDS,
            evaluation_periods=HOSTS_EVALUATION_PERIODS,
            datapoints_to_alarm=HOSTS_DATAPOINTS_TO_ALARM,
            treat_missing_data="breaching",
            alarm_actions=[self._critical],
            ok_actions=[self._critical],
        )
