"""Plans as `terraform show -json` writes them, made small: what a test does not name is as it is in
the plans of the real stacks (tests/rollout/guard/test_real_plans.py holds the two together).
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pay.catalogue import CATALOGUE
from pay.model import Environment, Record, Side, Stage, names
from pay.model.stack_kind import StackScope
from pay.model.stacks import KINDS, side_stack, traffic_stack
from pay.model.stage.write_order import Records
from rollout.guard.rule import Context
from rollout.guard.verdict import GuardVerdict, judge
from rollout.plans.read import read_plans
from tests.support.stack_ids import platform_stack

Json = dict[str, Any]

SERVICE = "publicauth"
ENVIRONMENT = "sandbox"
TRAFFIC = traffic_stack(ENVIRONMENT, SERVICE)
EC2 = side_stack(ENVIRONMENT, SERVICE, Side.EC2)
FARGATE = side_stack(ENVIRONMENT, SERVICE, Side.FARGATE)
PLATFORM = platform_stack(ENVIRONMENT)

_VERBS = {
    (False, True): ["create"],
    (True, False): ["delete"],
}


def change(
    address: str,
    before: Json | None,
    after: Json | None,
    *,
    actions: list[str] | None = None,
    **more: Any,
) -> Json:
    """One entry of `resource_changes`; the action follows from the values unless it is given."""
    type, _, name = address.partition(".")
    usual = _VERBS.get((before is not None, after is not None))
    return {
        "address": address,
        "mode": "managed",
        "type": type,
        "name": name,
        "change": {
            "actions": actions or usual or (["no-op"] if before == after else ["update"]),
            "before": before,
            "after": after,
            "after_unknown": more.pop("unknown", {}),
            "before_sensitive": more.pop("before_sensitive", {}),
            "after_sensitive": more.pop("after_sensitive", {}),
            **({"importing": more.pop("importing")} if "importing" in more else {}),
            **({"replace_paths": more.pop("replace_paths")} if "replace_paths" in more else {}),
        },
        **more,
    }


def plan(stack: str, *changes: Json, ordered: bool = True, **more: Any) -> Json:
    """A plan of a stack. `ordered`: Fargate's record depends on EC2's."""
    depends_on = ["aws_route53_record.ec2"] if ordered else []
    [owner] = {kind.owner_tag for kind in KINDS if kind.stack_id(ENVIRONMENT) == stack} or {
        StackScope.ENVIRONMENT
    }
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {}},
        "resource_drift": [],
        "resource_changes": list(changes),
        "configuration": {
            "provider_config": {
                "aws": {
                    "expressions": {
                        "default_tags": [
                            {"tags": {"constant_value": {"Stack": stack, owner: ENVIRONMENT}}}
                        ]
                    }
                }
            },
            "root_module": {
                "resources": [
                    {"address": "aws_route53_record.ec2", "expressions": {}},
                    {"address": "aws_route53_record.fargate", "depends_on": depends_on},
                ]
            },
        },
        "complete": True,
        "errored": False,
        **more,
    }


def target(side: Side, service: str = SERVICE) -> str:
    """The DNS name of a side's load balancer."""
    name = names.load_balancer(ENVIRONMENT, service, side)
    return f"internal-{name}-1234567890.eu-west-1.elb.amazonaws.com"


def record(side: Side, weight: int | None, *, service: str = SERVICE, **changes: Any) -> Json:
    """The values of an alias record; weight None: a simple one."""
    host = f"{CATALOGUE[service].host or service}.sandbox.pymnt.internal"
    return {
        "alias": [
            {
                "evaluate_target_health": True,
                "name": target(side, service),
                "zone_id": "ZELB",
            }
        ],
        "name": host,
        "type": "A",
        "zone_id": "ZINTERNAL",
        "ttl": 0,
        "set_identifier": "" if weight is None else names.set_identifier(service, side),
        "weighted_routing_policy": [] if weight is None else [{"weight": weight}],
        "latency_routing_policy": [],
        "multivalue_answer_routing_policy": False,
        **changes,
    }


def record_change(
    side: Side, before: int | str | None, after: int | str | None, **more: Any
) -> Json:
    """A change of a side's record by its weights; `"none"`: no record."""
    return change(
        f"aws_route53_record.{side}",
        None if before == "none" else record(side, _weight(before)),
        None if after == "none" else record(side, _weight(after)),
        **more,
    )


def traffic(before: Records, after: Records, *, ordered: bool = True, **more: Any) -> Json:
    """The plan of the records from one state to another."""
    was, becomes = _weights(before), _weights(after)
    changes = [
        record_change(side, was.get(side, "none"), becomes.get(side, "none"))
        for side in Side
        if side in was or side in becomes
    ]
    return plan(TRAFFIC, *changes, ordered=ordered, **more)


def stage_change(environment: Environment, before: Stage, after: Stage, **more: Any) -> Json:
    """The plan of the records from a stage to another."""
    ladder = environment.ladder
    return traffic(ladder.records(before), ladder.records(after), **more)


def at(environment: Environment, stage: Stage, service: str = SERVICE, **more: Any) -> Environment:
    """The environment with a service at another stage."""
    moved = environment.services[service].model_copy(update={"stage": stage})
    services = {**environment.services, service: moved}
    return environment.model_copy(update={"services": services, **more})


def everywhere(environment: Environment, stage: Stage) -> Environment:
    """The environment with every service at one stage."""
    for service in environment.services:
        environment = at(environment, stage, service)
    return environment


def read(
    folder: Path,
    plans: Iterable[Json],
    environment: Environment,
    among: Mapping[str, Environment] | None = None,
    **more: Any,
) -> Context:
    """The plans through files, as the commands read them; `among`: every environment there is."""
    paths = []
    for index, document in enumerate(plans):
        path = folder / f"{index}.json"
        path.write_text(json.dumps(document))
        paths.append(path)
    environments = among or {environment.name: environment}
    return Context(read_plans(paths, environments), environments, **more)


def judged(
    folder: Path, plans: Iterable[Json], environment: Environment, **more: Any
) -> GuardVerdict:
    """What the guard says about the plans."""
    return judge(read(folder, plans, environment, **more))


def rules(verdict: GuardVerdict) -> set[str]:
    """The rules that refuse something."""
    return {refusal.rule for refusal in verdict.refused}


REGISTRY = "555555555555.dkr.ecr.eu-west-1.amazonaws.com/govukpay"
RELEASED_IMAGE = f"{REGISTRY}/{SERVICE}:8-release"
"""The release after that of `container`."""


def container(name: str = SERVICE, **changes: Any) -> Json:
    """A container as the stacks define it."""
    return {
        "name": name,
        "image": f"{REGISTRY}/{name}:7-release",
        "cpu": 256,
        "memory": 512,
        "essential": True,
        "environment": [{"name": "PORT", "value": "8080"}],
        "secrets": [{"name": "DB_PASSWORD", "valueFrom": "arn:aws:secretsmanager:x:DB_PASSWORD::"}],
        **changes,
    }


def task_definition(before: Iterable[Json], after: Iterable[Json], **more: Any) -> Json:
    """A new revision of the task definition."""
    return change(
        "aws_ecs_task_definition.task",
        {"family": "sandbox_publicauth", "container_definitions": json.dumps(list(before))},
        {"family": "sandbox_publicauth", "container_definitions": json.dumps(list(after))},
        actions=["create", "delete"],
        replace_paths=[["container_definitions"]],
        **more,
    )


def policy(*statements: Mapping[str, Any]) -> str:
    """The text of an IAM policy; a statement allows unless it says otherwise."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]}
    )


def _weights(records: Records) -> dict[Side, int | None]:
    return {r.side: r.weight for r in records}


def _weight(weight: int | str | None) -> int | None:
    return weight if isinstance(weight, int) else None


def records(ec2: int | str | None, fargate: int | str | None = "none") -> Records:
    """Records by their weights; `"none"`: no record, None: a simple one."""
    return tuple(
        Record(side=side, weight=_weight(weight))
        for side, weight in ((Side.EC2, ec2), (Side.FARGATE, fargate))
        if weight != "none"
    )
