"""Examines whether GuardDuty's agent could run beside the Fargate tasks of a watched account,
before a task shows it.
"""

from collections.abc import Iterator
from functools import partial

from botocore.exceptions import ClientError

from pay.model import Environment, Side, names
from rollout.aws.clients import Client
from rollout.contracts.agent.obstacles import of_network, of_setting, of_tag
from rollout.doctor.line import DoctorLine, fails, not_shown, ok
from rollout.terminal.refusal import Refused

CHECK = "GuardDuty agent"


def agent_lines(environment: Environment, client: Client) -> Iterator[DoctorLine]:
    """Yield a line for each obstacle in the agent's way, or one line without obstacles. Yields none
    where nobody watches the account.
    """
    if environment.watching is None:
        return
    cluster, ecs = names.cluster(environment.name, Side.FARGATE), client("ecs")
    lines = list[DoctorLine]()
    for question in (
        partial(of_setting, ecs),
        partial(of_tag, cluster, ecs),
        partial(of_network, list(environment.services), environment, client),
    ):
        try:
            lines += [fails(CHECK, each.reason, each.fix) for each in question()]
        except ClientError as error:
            lines.append(not_shown(CHECK, str(error), f"allow your role {error.operation_name}"))
        except Refused as refusal:
            lines += [not_shown(CHECK, each.reason, each.fix) for each in refusal.findings]
    yield from lines or [ok(CHECK, f"can run in {cluster} and reach its endpoint")]
