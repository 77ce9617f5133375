"""What runs today and is taken over: import ids that only AWS knows, found by `pay adopt`.

`environments/adopted/<env>.toml` holds a table for each stack: state address -> import id. It is
written by `pay adopt`, reviewed and committed; stacks of an environment with `adopt = true` render
an `import` block for each, so that the first apply creates nothing twice (Terraform: "Import").
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pay.catalogue import CATALOGUE
from pay.model import (
    Environment,
    Exposure,
    InvalidInput,
    LoadBalancerType,
    Microservice,
    Problem,
    Segment,
    Side,
    names,
)
from pay.model.problem import did_you_mean

Imports = Mapping[str, str]
"""State address -> import id."""

CREATE = "create"
"""Written instead of an import id where AWS has nothing and somebody said that this is right."""


def adopted_file(folder: Path, environment: str) -> Path:
    """The file of one environment in a folder of environments."""
    return folder / "adopted" / f"{environment}.toml"


def adoptable(environment: Environment) -> Mapping[str, Mapping[str, bool]]:
    """Stack id -> every state address that is looked up -> whether what runs today must have it.

    What must be there cannot be made beside the running one: its name is taken, or traffic finds
    it by that name. It is no longer asked for once the stage has left it behind.
    """
    platform = {"aws_ecs_cluster.ec2_cluster": True}
    platform["aws_ecs_cluster_capacity_providers.ec2_capacity_providers"] = False
    for segment in Segment:
        platform |= dict.fromkeys(
            (
                f"aws_autoscaling_group.{segment}_instances",
                f"aws_ecs_capacity_provider.{segment}_capacity",
                f"aws_launch_template.{segment}_template",
                f"aws_iam_instance_profile.{segment}_instance_profile",
                f"aws_iam_role.{segment}_instance_role",
            ),
            False,
        )
    found: dict[str, Mapping[str, bool]] = {names.platform_stack(environment.name): platform}
    for name, deployment in environment.services.items():
        records = environment.ladder.records(deployment.stage)
        found[names.side_stack(environment.name, name, Side.EC2)] = {
            address: must and deployment.stage.has_ec2
            for address, must in _side(CATALOGUE[name]).items()
        }
        found[names.traffic_stack(environment.name, name)] = {
            "aws_route53_record.ec2": any(
                record.side is Side.EC2 and record.weight is None for record in records
            )
        }
    return found


def listeners(service: Microservice) -> Mapping[str, int]:
    """State address -> port of each listener of the EC2 side."""
    if service.load_balancer_type is LoadBalancerType.NETWORK:
        return {"aws_lb_listener.tcp": service.listener_port}
    https = {"aws_lb_listener.https": service.listener_port}
    public = service.exposure is Exposure.PUBLIC
    return https | ({"aws_lb_listener.http": 80} if public else {})


def log_group_address(kind: str) -> str:
    return f"aws_cloudwatch_log_group.{kind.replace('-', '_')}_log"


def _side(service: Microservice) -> dict[str, bool]:
    must = ["aws_lb.alb", "aws_lb_target_group.target_group", "aws_ecs_service.service"]
    may = ["aws_iam_role.execution_role", "aws_iam_role.task_role"]
    for address, port in listeners(service).items():
        (must if port == service.listener_port else may).append(address)
    for kind in (service.log_kind, *(sidecar.log_kind for sidecar in service.sidecars)):
        may.append(log_group_address(kind))
    return dict.fromkeys(must, True) | dict.fromkeys(may, False)


def load_adopted(folder: Path, environment: Environment) -> Mapping[str, Imports]:
    """Stack id -> what the stack imports; nothing for an environment that adopts nothing.

    Raises InvalidInput, with every mistake at once, when an adopting environment has no file, one
    that cannot be read, one that names what no stack has, or one that leaves out what must run:
    a plan without that import would create it a second time.
    """
    if not environment.adopt:
        return {}
    path = adopted_file(folder, environment.name)
    problems, tables = list[Problem](), dict[str, Any]()
    try:
        tables = tomllib.loads(path.read_text())
    except FileNotFoundError:
        problems.append(_unreadable(path, environment, "no such file"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(_unreadable(path, environment, str(error)))
    else:
        problems += _problems(tables, path, environment)
    if problems:
        raise InvalidInput(problems)
    return {
        stack: {address: id for address, id in table.items() if id != CREATE}
        for stack, table in tables.items()
    }


def _unreadable(path: Path, environment: Environment, found: str) -> Problem:
    return Problem(
        where=str(path),
        found=found,
        allowed="a table for each stack, state address = import id",
        fix=f"run `pay adopt {environment.name}`, or set adopt = false",
    )


def _problems(tables: dict[str, Any], path: Path, environment: Environment) -> Iterator[Problem]:
    known, where = adoptable(environment), str(path)
    for stack, table in tables.items():
        if stack not in known:
            yield Problem(
                where=where,
                key=stack,
                found="a stack that takes over nothing, or does not exist",
                allowed=f"{names.platform_stack(environment.name)}, and `-ec2` and `-traffic` of "
                "each service",
                fix=did_you_mean(stack, known, "take the table out"),
            )
        elif not isinstance(table, dict):
            yield Problem(where=where, key=stack, found=repr(table), allowed="a table")
        else:
            yield from _table_problems(table, known[stack], where, stack)
    for stack, addresses in known.items():
        table = tables.get(stack, {})
        missing = [address for address, must in addresses.items() if must and address not in table]
        if missing:
            yield Problem(
                where=where,
                key=stack,
                found=f"no {', no '.join(missing)}",
                allowed="the import id of everything that runs; without it, it is made a second "
                "time",
                fix=f"`pay adopt {environment.name}` looks it up; where there is none, write "
                f'"{CREATE}" (pay adopt --allow-missing does)',
            )


def _table_problems(
    table: Mapping[str, Any], known: Mapping[str, bool], where: str, stack: str
) -> Iterator[Problem]:
    for address, import_id in table.items():
        key = f'{stack}."{address}"'
        if address not in known:
            yield Problem(
                where=where,
                key=key,
                found="an address that the stack does not take over",
                allowed=", ".join(known),
                fix=did_you_mean(address, known, "take the line out"),
            )
        elif not isinstance(import_id, str) or not import_id.strip():
            yield Problem(
                where=where,
                key=key,
                found=repr(import_id),
                allowed=f'an import id, or "{CREATE}"',
            )
