"""An alarm of the model as CloudWatch is given it."""

from collections.abc import Mapping

import pytest
from cdktf import TerraformStack

from pay.existing.network import ExistingNetwork
from pay.model import Environment, Severity, Side
from pay.model.alarms import Alarm, alarms
from pay.model.metrics import Dimension, Metric
from pay.model.side import ServiceSide
from pay.service.alarms import Alarms, measured
from pay.service.balancer import ServiceLoadBalancer
from tests.support.services import service_side
from tests.support.synthesised import Synthesised, rendered

OF_THE_BALANCER = {"LoadBalancer": "${aws_lb.alb.arn_suffix}"}
OF_THE_TARGETS = {
    **OF_THE_BALANCER,
    "TargetGroup": "${aws_lb_target_group.target_group.arn_suffix}",
}


@pytest.fixture(scope="module")
def connector(environments: Mapping[str, Environment]) -> ServiceSide:
    return service_side(environments["production-2"], "connector", Side.FARGATE)


@pytest.fixture(scope="module")
def stack(connector: ServiceSide) -> Synthesised:
    return alarms_of(connector)


def alarms_of(side: ServiceSide) -> Synthesised:
    def build(stack: TerraformStack) -> None:
        network = ExistingNetwork(stack, side.environment)
        Alarms(stack, side, ServiceLoadBalancer(stack, side, network, ["subnet-1", "subnet-2"]))

    return rendered(build)


def test_each_row_is_an_alarm_with_what_the_row_says(
    stack: Synthesised, connector: ServiceSide
) -> None:
    resources = stack.document["resource"]["aws_cloudwatch_metric_alarm"]
    rows = alarms(connector)
    assert len(resources) == len(rows)
    for row in rows:
        rendered_row = resources[f"{row.name.replace('-', '_')}_alarm"]
        assert rendered_row["alarm_name"] == f"production-2-connector-fargate-{row.name}"
        assert rendered_row["alarm_description"] == row.description
        assert rendered_row["comparison_operator"] == row.comparison
        assert rendered_row["threshold"] == row.threshold
        assert rendered_row["evaluation_periods"] == row.evaluation_periods
        assert rendered_row["datapoints_to_alarm"] == row.datapoints_to_alarm
        assert rendered_row["treat_missing_data"] == row.treat_missing_data


def test_an_alarm_goes_to_the_topic_of_its_severity_and_so_does_its_end(
    stack: Synthesised, connector: ServiceSide
) -> None:
    for row in alarms(connector):
        alarm = stack.resource("aws_cloudwatch_metric_alarm", f"{row.name.replace('-', '_')}_alarm")
        topic = ["${data.aws_sns_topic." + row.severity + "_topic.arn}"]
        assert (alarm["alarm_actions"], alarm["ok_actions"]) == (topic, topic)


def test_a_topic_that_no_alarm_uses_is_not_looked_up(
    environments: Mapping[str, Environment],
) -> None:
    egress = alarms_of(service_side(environments["production-2"], "egress", Side.EC2))
    assert set(egress.document["data"]["aws_sns_topic"]) == {f"{Severity.CRITICAL}_topic"}


def test_a_formula_watches_its_result_and_reads_each_metric_where_it_is(
    stack: Synthesised, connector: ServiceSide
) -> None:
    alarm = stack.resource("aws_cloudwatch_metric_alarm", "errors_alarm")
    queries = {query["id"]: query for query in alarm["metric_query"]}
    returned = [id for id, query in queries.items() if query.get("return_data")]
    assert returned == ["error_percent"]
    assert queries["elb_5xx"]["metric"]["dimensions"] == OF_THE_BALANCER
    [row] = [row for row in alarms(connector) if row.name == "errors"]
    assert queries["target_5xx"]["metric"] == {
        "namespace": "AWS/ApplicationELB",
        "metric_name": "HTTPCode_Target_5XX_Count",
        "dimensions": OF_THE_TARGETS,
        "period": row.period_seconds,
        "stat": "Sum",
    }
    # PutMetricAlarm takes a metric or a formula, never both.
    assert not {"metric_name", "namespace", "dimensions", "period", "statistic"} & set(alarm)


def test_a_percentile_waits_for_more_requests_and_a_statistic_need_not(
    stack: Synthesised, connector: ServiceSide
) -> None:
    latency = stack.resource("aws_cloudwatch_metric_alarm", "latency_alarm")
    [row] = [row for row in alarms(connector) if row.name == "latency"]
    assert isinstance(row.metric, Metric)
    assert (latency["extended_statistic"], latency["period"]) == (
        row.metric.statistic,
        row.period_seconds,
    )
    assert latency["evaluate_low_sample_count_percentiles"] == "ignore"
    assert latency["dimensions"] == OF_THE_TARGETS
    hosts = stack.resource("aws_cloudwatch_metric_alarm", "healthy_hosts_alarm")
    assert hosts["statistic"] == "Minimum"
    assert "evaluate_low_sample_count_percentiles" not in hosts


def test_a_metric_of_another_kind_needs_a_row_and_nothing_else() -> None:
    cpu = Metric(
        id="cpu",
        namespace="AWS/ECS",
        name="CPUUtilization",
        statistic="Average",
        unit="Percent",
        dimensions=("ClusterName", "ServiceName"),
    )
    row = Alarm(
        name="cpu",
        metric=cpu,
        comparison="GreaterThanThreshold",
        threshold=90,
        description="Tasks are busy.",
        severity=Severity.WARNING,
        period_seconds=300,
    )
    side: Mapping[Dimension, str] = {
        "LoadBalancer": "app/a/1",
        "ClusterName": "production-2-ec2",
        "ServiceName": "orders",
    }
    arguments = measured(row, lambda metric: side)
    assert arguments["dimensions"] == {"ClusterName": "production-2-ec2", "ServiceName": "orders"}
    assert (arguments["statistic"], arguments["period"]) == ("Average", 300)
