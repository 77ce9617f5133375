"""Where the containers of a side log to."""

from pay.model import Side, Stage
from tests.support.synthesised import SideOf


def test_each_container_has_a_log_group_of_its_kind_with_the_key_of_its_segment(
    side_of: SideOf,
) -> None:
    stack = side_of("connector", Side.FARGATE)
    groups = stack.document["resource"]["aws_cloudwatch_log_group"]
    assert {id: group["name"] for id, group in groups.items()} == {
        "app_log": "production-2_app_connector_FG",
        "nginx_reverse_proxy_log": "production-2_nginx-reverse-proxy_connector_FG",
        "adot_log": "production-2_adot_connector_FG",
    }
    assert stack.data("aws_kms_alias", "key")["name"] == "alias/production-2-cde"
    for group in groups.values():
        assert group["retention_in_days"] >= 365
        assert group["kms_key_id"] == "${data.aws_kms_alias.key.target_key_arn}"


def test_logs_outlive_a_side_only_where_the_environment_says_so(side_of: SideOf) -> None:
    def outlives(environment: str) -> object:
        stack = side_of("egress", Side.EC2, Stage.HALF, environment)
        return stack.resource("aws_cloudwatch_log_group", "squid_log").get("skip_destroy")

    assert outlives("production-2") is True
    assert outlives("sandbox") is None
