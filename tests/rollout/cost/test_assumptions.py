"""The team's figures have no default: what needs a missing one names it."""

from pathlib import Path

import pytest

from pay.model.problem import InvalidInput
from rollout.cost.assumptions import Assumptions, asked_for, load_assumptions
from tests.conftest import ROOT
from tests.support.cost import FIGURES_TOML

SHIPPED = ROOT / "environments" / "costs" / "assumptions.toml"


def test_asks_for_every_missing_figure_with_its_meaning() -> None:
    questions = [*asked_for(load_assumptions(SHIPPED), SHIPPED)]
    asked = {each.key for each in questions}
    assert asked == set(Assumptions.model_fields) - {"hours_a_week_before"}
    assert all(each.found == "nothing" and len(each.allowed) > 10 for each in questions)


def test_without_a_file_asks_for_all(tmp_path: Path) -> None:
    found = load_assumptions(tmp_path / "none.toml")
    assert set(found.unknown) == set(Assumptions.model_fields)
    assert found.inputs == {}


def test_half_a_range_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"hours_a_week_after\.high: found nothing"):
        load_assumptions(tmp_path / "none.toml", ["hours_a_week_after.low=0"])


def test_a_figure_on_the_command_line_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "figures.toml"
    path.write_text(FIGURES_TOML)
    given = ("hourly_rate_gbp=95.5", "hours_a_week_after.high=2")
    inputs = load_assumptions(path, given).inputs
    assert str(inputs["hourly_rate_gbp"]) == "95.5"
    assert [inputs[f"hours_a_week_after_{end}"] for end in ("low", "high")] == [0, 2]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("hourly_rate_gbp=much", "found 'much'"),
        ("hourly_rate_gbp=-1", "found '-1'"),
        ("hourly_rate_gbp=NaN", "a finite number"),
        ("hours_a_week_after.low=3", "allowed: at most high, 1"),
        ("hourly_rate_usd=80", "did you mean hourly_rate_gbp?"),
        ("hours_a_week_after=3", "allowed: a table"),
        ("savings_plan.fargate_percent=95", "savings_plan.fargate_percent: found '95'"),
    ],
)
def test_refuses_a_wrong_figure(tmp_path: Path, given: str, message: str) -> None:
    path = tmp_path / "figures.toml"
    path.write_text(FIGURES_TOML)
    with pytest.raises(InvalidInput, match=message.replace("?", r"\?")):
        load_assumptions(path, [given])


def test_a_commitment_needs_its_discounts(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_assumptions(tmp_path / "none.toml", ["savings_plan.usd_an_hour=2"])
    assert [each.key for each in refused.value.problems] == [
        *("savings_plan.fargate_percent", "savings_plan.ec2_percent")
    ]
    none = load_assumptions(tmp_path / "none.toml", ["savings_plan.usd_an_hour=0"])
    assert none.inputs["savings_plan_ec2_percent"] == 0
