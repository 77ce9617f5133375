"""How an environment is load-tested: which tables are refused."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from pay.model import Environment
from pay.model.environment.load import Load, RunnerExit, Scenario
from pay.model.stacks import LOAD, known_stacks

DIGEST = "sha256:" + "0a" * 32
VALUES = {"per_second": 1.5, "minutes": 10, "max_p95_ms": 800, "max_failed_percent": 0}


def load(**values: Any) -> Load:
    whole: dict[str, Any] = {
        "image": f"govukpay/gatling@{DIGEST}",
        "bucket": "pay-test-load",
        "secret_name": "test/load",
        "size": {"cpu": 1024, "memory_mib": 2048},
        "scenarios": {"search": VALUES},
    }
    return Load(**{**whole, **values})


def test_any_image_with_a_digest_may_make_the_load() -> None:
    assert load().repository == "govukpay/gatling"


@pytest.mark.parametrize(
    "image",
    [
        "govukpay/gatling:12-release",
        "govukpay/gatling",
        f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/govukpay/gatling:1@{DIGEST}",
        f"govukpay/gatling@{DIGEST[:-1]}",
    ],
)
def test_refuses_an_image_that_can_change(image: str) -> None:
    with pytest.raises(ValidationError, match="image"):
        load(image=image)


def test_refuses_a_table_without_scenarios() -> None:
    with pytest.raises(ValidationError, match="at least one scenario"):
        load(scenarios={})


@pytest.mark.parametrize(
    "values", [{"ramp_minutes": 10}, {"per_second": 0}, {"minutes": 0}, {"max_failed_percent": 101}]
)
def test_refuses_a_scenario_that_makes_no_load(values: Mapping[str, Any]) -> None:
    Scenario(**VALUES, ramp_minutes=9)
    with pytest.raises(ValidationError):
        Scenario(**{**VALUES, **values})


def test_refuses_load_where_real_payments_pass(environments: Mapping[str, Environment]) -> None:
    for environment in environments.values():
        tested = environment.model_copy(update={"load": load()})
        refused = [problem.key for problem in tested.problems() if problem.key == "load"]
        assert refused == (["load"] if environment.production else [])


def test_an_environment_without_the_table_has_no_stack(
    environments: Mapping[str, Environment],
) -> None:
    kinds = {stack.kind for stack in known_stacks({"test-12": environments["test-12"]}).values()}
    assert LOAD not in kinds


def test_the_exit_codes_are_those_of_the_contract() -> None:
    assert {code.name: code.value for code in RunnerExit} == {
        "PASSED": 0,
        "THRESHOLDS_MISSED": 99,
    }
