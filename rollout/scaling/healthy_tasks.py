"""Waits for the tasks that bounds ask for.

Terraform waits for a deployment, and not for tasks that a new bound adds after it. Application Auto
Scaling changes the service's count some seconds later. A task takes a minute or two to start.
"""

from botocore.exceptions import ClientError

from pay.model.scaling.side_scaling import scaling_of
from pay.model.side import STEADY_STATE_SECONDS, ServiceSide
from rollout.aws.clients import asking, why
from rollout.aws.healthy_targets import healthy_targets
from rollout.aws.polling import Clock
from rollout.terminal.refusal import Failed, Refused

CLOCK = Clock(poll_seconds=10)


def wait_for_tasks(side: ServiceSide) -> None:
    """Wait until the load balancer finds as many tasks of a side healthy as its minimum asks for.

    Raises Failed after STEADY_STATE_SECONDS, and when AWS does not answer; the apply stays done.
    """
    wanted, healthy = scaling_of(side).min, 0
    try:
        with asking(side.environment) as client:
            for _ in CLOCK.looks(STEADY_STATE_SECONDS):
                healthy = healthy_targets(client, side.target_group)
                if healthy >= wanted:
                    return
    except (Refused, ClientError) as error:
        raise Failed(
            f"{side.service.name} is applied, but nobody saw its tasks: {why(error)}. "
            "Look at the events of its ECS service."
        ) from None
    raise Failed(
        f"{side.service.name} is applied, but {healthy} of its {wanted} tasks are healthy after "
        f"{STEADY_STATE_SECONDS // 60} minutes. Look at the events of its ECS service."
    )
