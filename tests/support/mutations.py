"""Plans changed at random: some into nonsense, some into harm."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from pay.model import Side
from pay.model.stacks import RESOURCE_TYPES
from rollout.guard.traffic_changes import LOG_GROUP
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.order import SCHEDULED_ACTION
from stacks.made_from import SCHEMA
from tests.conftest import ROOT
from tests.support.plans import Json, change, container, policy, record, target, task_definition

scalars: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(["delete", "create", "no-op", "forget", "weighted", "aws_route53_record.ec2"]),
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=5,
)


@st.composite
def damaged(draw: st.DrawFn, document: Json) -> Json:
    """The plan with up to four of its values replaced, dropped, doubled or swapped."""
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(min_value=1, max_value=4))):
        places = list(_places(document))
        parent, key = draw(st.sampled_from(places))
        what = draw(st.sampled_from(("replace", "drop", "double", "swap")))
        if what == "replace":
            parent[key] = draw(values)
        elif what == "drop":
            del parent[key]
        elif what == "double" and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[key]))
        else:
            other, other_key = draw(st.sampled_from(places))
            try:
                parent[key], other[other_key] = (
                    copy.deepcopy(other[other_key]),
                    copy.deepcopy(parent[key]),
                )
            except (IndexError, KeyError):
                continue
    return document


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        for key in value:
            yield value, key
            yield from _places(value[key])
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value, index
            yield from _places(value[index])


def _gone(address: str) -> Callable[[], Json]:
    return lambda: change(address, {"name": "x", "arn": "y"}, None)


FOREIGN = (
    "aws_alb",
    "aws_autoscaling_schedule",
    "aws_cloudformation_stack",
    "aws_cloudtrail",
    "aws_docdb_cluster",
    "aws_dynamodb_table",
    "aws_ec2_managed_prefix_list",
    "aws_ecr_registry_policy",
    "aws_ecr_repository",
    "aws_efs_file_system",
    "aws_elb",
    "aws_flow_log",
    "aws_guardduty_detector",
    "aws_iam_group_policy_attachment",
    "aws_iam_policy",
    "aws_iam_policy_attachment",
    "aws_iam_role_policy_attachment",
    "aws_iam_user_policy_attachment",
    "aws_instance",
    "aws_lambda_permission",
    "aws_route53_records_exclusive",
    "aws_route53_zone",
    "aws_s3_bucket",
    "aws_wafv2_web_acl",
    "cloudflare_record",
    "null_resource",
    "random_password",
    "terraform_data",
)
"""Types that no stack makes; the rules name few of them."""

_EXISTING = tuple(json.loads((ROOT / SCHEMA).read_text())["data_source_schemas"])
"""Types that the stacks look up; some are made too, which the guard must not mind."""

some_values = st.dictionaries(
    st.sampled_from(("name", "id", "arn", "policy", "desired_count", "tags")),
    st.text(max_size=4),
    max_size=3,
)


@st.composite
def harms(draw: st.DrawFn) -> Json:
    """A change that no plan may carry at a stage that weights traffic: one that is written out in
    `HARM`; anything that goes; or anything at all that happens to a type which no stack makes.
    """
    kind = draw(st.sampled_from(("written out", "goes", "foreign")))
    if kind == "written out":
        return HARM[draw(st.sampled_from(sorted(HARM)))]()
    before, after = draw(some_values), draw(some_values)
    if kind == "goes":
        # A side may forget its log group, which the platform's stack holds.
        # A schedule that the file does not have may go: test_schedules.py has those.
        kept = RESOURCE_TYPES - {TASK_DEFINITION, LOG_GROUP, SCHEDULED_ACTION}
        type = draw(st.sampled_from(sorted(kept)))
        actions = draw(st.sampled_from((["delete"], ["forget"], ["delete", "create"])))
    else:
        foreign = [t for t in (*FOREIGN, *_EXISTING) if t not in RESOURCE_TYPES]
        type = draw(st.sampled_from(foreign))
        actions = draw(
            st.sampled_from((["create"], ["update"], ["delete"], ["forget"], ["create", "delete"]))
        )
    return change(
        f"{type}.drawn",
        None if actions == ["create"] else before,
        after if "create" in actions or actions == ["update"] else None,
        actions=actions,
    )


def _asks_dns(count: str) -> Json:
    failover = {"minimum_healthy_targets_count": count}
    return {"name": "a", "target_group_health": [{"dns_failover": [failover]}]}


HARM: dict[str, Callable[[], Json]] = {
    **{
        f"destroys {address}": _gone(address)
        for address in (
            "aws_ecs_service.service",
            "aws_lb.alb",
            "aws_lb_target_group.target_group",
            "aws_lb_listener.https",
            "aws_ecs_cluster.cluster",
            "aws_autoscaling_group.group",
            "aws_iam_role.task_role",
            "aws_kms_key.key",
            "aws_db_instance.database",
            "aws_vpc.vpc",
            "aws_security_group.group",
            "aws_cloudwatch_metric_alarm.errors_alarm",
            "aws_sns_topic.critical_topic",
            "aws_s3_bucket.logs",
        )
    },
    "replaces the service": lambda: change(
        "aws_ecs_service.other", {"name": "a"}, {"name": "b"}, actions=["delete", "create"]
    ),
    "deletes a record with traffic": lambda: change(
        "aws_route53_record.other", record(Side.EC2, 40), None
    ),
    "deletes a simple record": lambda: change(
        "aws_route53_record.other", record(Side.EC2, None), None
    ),
    "writes another service's record": lambda: change(
        "aws_route53_record.other", None, record(Side.EC2, 5, service="ledger")
    ),
    "overwrites a record": lambda: change(
        "aws_route53_record.other", None, record(Side.EC2, 75, allow_overwrite=True)
    ),
    "swaps a target": lambda: change(
        "aws_route53_record.other",
        None,
        record(
            Side.EC2,
            95,
            alias=[{"name": target(Side.FARGATE), "zone_id": "Z", "evaluate_target_health": True}],
        ),
    ),
    "runs fewer tasks": lambda: change(
        "aws_ecs_service.other", {"desired_count": 4}, {"desired_count": 3}
    ),
    "stops tasks before new ones run": lambda: change(
        "aws_ecs_service.other",
        {"deployment_minimum_healthy_percent": 100},
        {"deployment_minimum_healthy_percent": 0},
    ),
    "runs what nobody judged": lambda: change(
        "aws_ecs_service.other",
        {"task_definition": "sandbox_publicauth:1"},
        {"task_definition": "arn:aws:ecs:eu-west-1:999999999999:task-definition/x:1"},
    ),
    "scales to nothing": lambda: change(
        "aws_appautoscaling_target.other",
        {"min_capacity": 6, "max_capacity": 12},
        {"min_capacity": 0, "max_capacity": 0},
    ),
    "keeps Fargate from growing": lambda: change(
        "aws_appautoscaling_target.other",
        {"min_capacity": 6, "max_capacity": 12},
        {
            "min_capacity": 6,
            "max_capacity": 12,
            "suspended_state": [{"dynamic_scaling_out_suspended": True}],
        },
    ),
    "asks DNS for more tasks than run": lambda: change(
        "aws_lb_target_group.other",
        _asks_dns("1"),
        _asks_dns("999"),
    ),
    "opens a port of a load balancer": lambda: change(
        "aws_lb_listener.other",
        None,
        {"load_balancer_arn": "arn:lb", "port": 80, "default_action": [{"type": "forward"}]},
    ),
    "writes over an alarm of another service": lambda: change(
        "aws_cloudwatch_metric_alarm.other", None, {"alarm_name": "sandbox-ledger-ec2-errors"}
    ),
    "disables a key": lambda: change(
        "aws_kms_key.other", {"is_enabled": True}, {"is_enabled": False}
    ),
    "sends requests elsewhere": lambda: change(
        "aws_lb_listener.other",
        {"default_action": [{"type": "forward", "target_group_arn": "arn:a"}]},
        {"default_action": [{"type": "forward", "target_group_arn": "arn:b"}]},
    ),
    "changes a security group": lambda: change(
        "aws_security_group_rule.open", None, {"cidr_blocks": ["0.0.0.0/0"]}
    ),
    "runs smaller tasks": lambda: task_definition([container()], [container(cpu=16, memory=32)]),
    "silences an alarm": lambda: change(
        "aws_cloudwatch_metric_alarm.other", {"alarm_actions": ["arn"]}, {"alarm_actions": []}
    ),
    "runs under another role": lambda: change(
        "aws_ecs_task_definition.other",
        None,
        {
            "container_definitions": json.dumps([container()]),
            "task_role_arn": "arn:aws:iam::555555555555:role/administrator",
        },
    ),
    "makes an administrator": lambda: change(
        "aws_iam_role_policy.other", None, {"policy": policy({"Action": "*:*", "Resource": "*"})}
    ),
    "runs the newest image": lambda: task_definition(
        [container()], [container(image="registry/publicauth:latest")]
    ),
    "starts another program": lambda: task_definition(
        [container()], [container(command=["migrate"])]
    ),
    "drops a variable": lambda: task_definition([container()], [container(environment=[])]),
    "names another account": lambda: task_definition(
        [container()], [container(dockerLabels={"topic": "arn:aws:sns:eu-west-1:999999999999:x"})]
    ),
    "writes a secret": lambda: task_definition(
        [container()],
        [container(environment=[{"name": "DB_PASSWORD", "value": "hunter2"}])],
    ),
    "gives a policy to another role": lambda: change(
        "aws_iam_role_policy.other",
        {"role": "x", "policy": policy({"Action": "s3:GetObject", "Resource": "arn:a"})},
        {"role": "y", "policy": policy({"Action": "s3:GetObject", "Resource": "arn:a"})},
    ),
    "widens a role": lambda: change(
        "aws_iam_role_policy.other",
        {"role": "x", "policy": policy({"Action": "s3:GetObject", "Resource": "arn:a"})},
        {"role": "x", "policy": policy({"Action": "s3:*", "Resource": "arn:a"})},
    ),
}
"""Changes that no plan may carry at a stage that weights traffic, whatever else is in it."""
