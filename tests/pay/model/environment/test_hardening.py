"""Only what is taken over from EC2 may run as it was made."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.side import ServiceSide
from tests.support.services import at_stage, unhardened


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("adopt", [True, False])
def test_containers_stay_unhardened_only_where_an_ec2_side_is_adopted(
    environments: Mapping[str, Environment], stage: Stage, adopt: bool
) -> None:
    moved = at_stage(unhardened(environments["sandbox"], "ledger"), "ledger", stage)
    problems = list(moved.model_copy(update={"adopt": adopt}).problems())
    is_refused = not adopt or stage is Stage.RETIRED
    assert [problem.key for problem in problems] == ["services.ledger.hardened"] * is_refused


def test_fargate_is_always_hardened(environments: Mapping[str, Environment]) -> None:
    environment = unhardened(environments["sandbox"], "ledger")
    assert [ServiceSide(CATALOGUE["ledger"], environment, side).is_hardened for side in Side] == [
        False,
        True,
    ]
