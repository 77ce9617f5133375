"""What is counted in log groups, and where their lines go."""

from collections.abc import Mapping

import pytest
from cdktf import TerraformStack

from pay.catalogue import CATALOGUE
from pay.model import Environment
from pay.model.environment.monitoring import LogPipeline
from pay.monitoring.logs import metric_filters, subscriptions
from tests.support.synthesised import Synthesised, rendered

PIPELINE = LogPipeline(
    stream="to-splunk", role_arn="arn:aws:iam::555555555555:role/logs", filter="log-pipeline"
)


@pytest.fixture(scope="module")
def stack(environments: Mapping[str, Environment]) -> Synthesised:
    """The filters of a proxy and of a service that is none, and the lines of two groups."""

    def build(stack: TerraformStack) -> None:
        for service in ("egress", "connector"):
            metric_filters(stack, CATALOGUE[service], environments["production-2"])
        subscriptions(stack, {"app": "group-a", "nginx-proxy": "group-b"}, PIPELINE)

    return rendered(build)


def test_tunnels_of_a_proxy_are_counted_on_each_side_and_of_no_other_service(
    stack: Synthesised,
) -> None:
    filters = stack.document["resource"]["aws_cloudwatch_log_metric_filter"]
    counted = {
        (each["log_group_name"], each["metric_transformation"]["name"]) for each in filters.values()
    }
    assert counted == {
        (group, f"production-2-egress-{prefix}{what}")
        for group, prefix in (
            ("production-2_squid_egress", ""),
            ("production-2-fargate_squid_egress", "fargate-"),
        )
        for what in ("tunnels", "failed-tunnels", "denied-tunnels")
    }


def test_a_line_counts_one_and_a_minute_without_lines_reports_nothing(stack: Synthesised) -> None:
    for each in stack.document["resource"]["aws_cloudwatch_log_metric_filter"].values():
        assert each["metric_transformation"]["value"] == "1"
        assert "default_value" not in each["metric_transformation"]
        assert each["metric_transformation"]["namespace"] == "Pay/Logs"
        assert each["pattern"].startswith("[time, elapsed, client, code=")


def test_every_line_of_each_group_goes_to_the_stream_that_exists(stack: Synthesised) -> None:
    assert stack.data("aws_kinesis_firehose_delivery_stream", "log_pipeline")["name"] == "to-splunk"
    found = stack.document["resource"]["aws_cloudwatch_log_subscription_filter"]
    assert {id: each["log_group_name"] for id, each in found.items()} == {
        "app_lines": "group-a",
        "nginx_proxy_lines": "group-b",
    }
    for each in found.values():
        # AWS replaces a filter of the same name: with another, each line would arrive twice.
        assert each["name"] == PIPELINE.filter
        assert each["filter_pattern"] == ""
        assert each["role_arn"] == PIPELINE.role_arn
        arn = "${data.aws_kinesis_firehose_delivery_stream.log_pipeline.arn}"
        assert each["destination_arn"] == arn


def test_no_group_is_made_here_as_the_platform_keeps_them(stack: Synthesised) -> None:
    assert stack.document["resource"].keys() == {
        "aws_cloudwatch_log_metric_filter",
        "aws_cloudwatch_log_subscription_filter",
    }
