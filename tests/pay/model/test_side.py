"""One microservice on one side, with what its tasks promise to DNS."""

from hypothesis import given
from hypothesis import strategies as st

from pay.catalogue import CATALOGUE
from pay.environments.load import load_environments
from pay.model import Side, Stage
from pay.model.service.size import TaskCount
from pay.model.side import ServiceSide
from pay.model.stage.dns_answers import TargetHealth
from tests.support.checkout import COMMITTED
from tests.support.task_counts import task_counts

PRODUCTION = load_environments(COMMITTED)["production-2"]


@given(st.sampled_from(Stage), st.sampled_from(Side), task_counts)
def test_a_side_is_in_dns_with_the_tasks_that_always_run_and_not_with_less_than_half(
    stage: Stage, side: Side, tasks: TaskCount
) -> None:
    deployment = PRODUCTION.services["connector"].model_copy(
        update={"stage": stage, "tasks": tasks}
    )
    environment = PRODUCTION.model_copy(update={"services": {"connector": deployment}})
    connector = ServiceSide(CATALOGUE["connector"], environment, side)
    minimum, always = connector.minimum_healthy, connector.needed_tasks
    assert all(TargetHealth(n, minimum).is_enough for n in (always, (always + 1) // 2))
    assert not TargetHealth((always + 1) // 2 - 1, minimum).is_enough
