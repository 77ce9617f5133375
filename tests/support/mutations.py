"""Plans changed at random: some into nonsense, some into harm."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from pay.model import Side
from tests.support.plans import Json, change, container, policy, record, target, task_definition

Path = tuple[str | int, ...]

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
    "sends requests elsewhere": lambda: change(
        "aws_lb_listener.other",
        {"default_action": [{"type": "forward", "target_group_arn": "arn:a"}]},
        {"default_action": [{"type": "forward", "target_group_arn": "arn:b"}]},
    ),
    "changes a security group": lambda: change(
        "aws_security_group_rule.open", None, {"cidr_blocks": ["0.0.0.0/0"]}
    ),
    "runs the newest image": lambda: task_definition(
        [container()], [container(image="registry/publicauth:latest")]
    ),
    "writes a secret": lambda: task_definition(
        [container()],
        [container(environment=[{"name": "DB_PASSWORD", "value": "hunter2"}])],
    ),
    "widens a role": lambda: change(
        "aws_iam_role_policy.other",
        {"role": "x", "policy": policy({"Action": "s3:GetObject", "Resource": "arn:a"})},
        {"role": "x", "policy": policy({"Action": "s3:*", "Resource": "arn:a"})},
    ),
}
"""Changes that no plan may carry at a stage that weights traffic, whatever else is in it."""
