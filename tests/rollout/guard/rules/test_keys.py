"""What the guard refuses about the keys that everything is encrypted with."""

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import PLATFORM, Json, change, plan

KEY = "aws_kms_key.cde_key"
ENABLED: Json = {"description": "a", "is_enabled": True}


@pytest.mark.parametrize("before", [None, ENABLED, {**ENABLED, "is_enabled": False}])
@pytest.mark.parametrize("value", [False, "false", 0])
def test_refuses_a_disabled_key(refused: Judge, before: Json | None, value: object) -> None:
    disabled = change(KEY, before, {"description": "b", "is_enabled": value})
    plans = plan(PLATFORM, disabled)
    assert found(refused, plans, stage=Stage.HALF) == {"keeps-its-keys-enabled"}


def test_refuses_a_key_of_which_nobody_knows_whether_it_is_enabled(refused: Judge) -> None:
    unknown = change(KEY, ENABLED, {"description": "a"}, unknown={"is_enabled": True})
    assert found(refused, plan(PLATFORM, unknown), stage=Stage.HALF) == {"keeps-its-keys-enabled"}


@pytest.mark.parametrize("before", [None, {**ENABLED, "is_enabled": False}])
def test_lets_a_key_be_made_or_enabled(refused: Judge, before: Json | None) -> None:
    for after in (ENABLED, {"description": "a"}):
        assert found(refused, plan(PLATFORM, change(KEY, before, after)), stage=Stage.HALF) == set()
