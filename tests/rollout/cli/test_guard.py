"""`pay guard`: exit codes, output, break-glass."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pay.model import Side, Stage
from pay.model.stacks import side_stack
from rollout.cli import app
from rollout.guard.rules import REASONS, RULES
from tests.conftest import ROOT
from tests.support.checkout import Checkout, Pay, fresh_checkout
from tests.support.plans import ENVIRONMENT, SERVICE, Json, change, plan, records, traffic

CANARY = traffic(records(100, 0), records(95, 5))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder = fresh_checkout(tmp_path / "environments")
    folder.put(ENVIRONMENT, SERVICE, Stage.CANARY)
    return folder


@pytest.fixture
def guard(checkout: Checkout, tmp_path: Path) -> Any:
    def run(*plans: Json | str, options: tuple[str, ...] = ()) -> Result:
        paths = []
        for index, document in enumerate(plans):
            path = tmp_path / f"{index}.json"
            path.write_text(document if isinstance(document, str) else json.dumps(document))
            paths.append(str(path))
        environment = {"PAY_ENVIRONMENTS": str(checkout.folder), "COLUMNS": "200"}
        return CliRunner().invoke(app, ["guard", *paths, *options], env=environment)

    return run


def test_a_clean_plan_exits_with_0(guard: Any) -> None:
    result = guard(CANARY)
    assert (result.exit_code, "Clean: 1 plan" in result.stdout) == (0, True)


def test_a_refused_plan_exits_with_1_and_says_what_to_do(guard: Any) -> None:
    result = guard(traffic(records(100, 0), records(0, 100)))
    assert result.exit_code == 1
    for text in ("never-weighs-all-zero", "aws_route53_record.ec2", "->", "Refused:"):
        assert text in result.stdout


def test_no_plan_exits_with_2(guard: Any) -> None:
    assert guard("no plan").exit_code == 2
    assert guard(CANARY, "no plan").exit_code == 2


def test_an_unreadable_environment_exits_with_2(guard: Any, checkout: Checkout) -> None:
    (checkout.folder / f"{ENVIRONMENT}.toml").write_text("name = 1")
    assert guard(CANARY).exit_code == 2


def test_prints_json_for_programs(guard: Any) -> None:
    clean = json.loads(guard(CANARY, options=("--json",)).stdout)
    assert clean["verdict"] == "clean"
    assert len(clean["plans"][0]["sha256"]) == 64
    refused = json.loads(guard(traffic(records(100, 0), ()), options=("--json",)).stdout)
    assert refused["verdict"] == "refused"
    assert {"rule", "stack", "address", "saw", "do"} <= set(refused["findings"][0])
    assert json.loads(guard("x", options=("--json",)).stdout)["verdict"] == "not judged"


REPLACED = plan(
    side_stack(ENVIRONMENT, SERVICE, Side.EC2),
    change("aws_lb.alb", {"name": "a"}, {"name": "b"}, actions=["delete", "create"]),
)
ALLOWED = ("--allow", "keeps-what-carries-traffic", "--because", "window agreed for Sunday")


def test_break_glass_lets_one_rule_pass_and_says_so(guard: Any) -> None:
    assert guard(REPLACED).exit_code == 1
    result = guard(REPLACED, options=ALLOWED)
    assert result.exit_code == 0
    assert "window agreed for Sunday" in result.stdout
    data = json.loads(guard(REPLACED, options=(*ALLOWED, "--json")).stdout)
    assert data["verdict"] == "clean"
    assert data["findings"][0]["allowed_because"] == "window agreed for Sunday"


def test_break_glass_lets_no_other_rule_pass(guard: Any) -> None:
    both = guard(REPLACED, traffic(records(100, 0), records(0, 100)), options=ALLOWED)
    assert both.exit_code == 1


def test_tells_break_glass_that_was_not_needed(guard: Any) -> None:
    assert "was not needed" in guard(CANARY, options=ALLOWED).stdout


@pytest.mark.parametrize(
    "options",
    [
        ("--allow", "keeps-what-carries-traffic"),
        ("--because", "x"),
        ("--allow", "keeps-what-caries-traffic", "--because", "x"),
        ("--allow", "keeps-what-carries-traffic", "--because", " "),
        (*ALLOWED, *ALLOWED),
        (*ALLOWED, "--allow", "keeps-what-carries-traffic", "--because", "two"),
    ],
)
def test_refuses_break_glass_without_rule_or_reason(guard: Any, options: tuple[str, ...]) -> None:
    assert guard(CANARY, options=options).exit_code == 2


def test_masks_a_secret_in_the_reason(guard: Any) -> None:
    secret = "AKIAIOSFODNN7EXAMPLE"
    options = ("--allow", "keeps-what-carries-traffic", "--because", f"as {secret} said")
    for more in ((), ("--json",)):
        said = guard(REPLACED, options=(*options, *more)).stdout
        assert secret not in said
        assert "looks like a secret" in said


def test_counts_findings_in_words(guard: Any) -> None:
    assert "1 finding in 1 of 1 plan" in guard(REPLACED).stdout
    assert "1 finding by break-glass" in guard(REPLACED, options=ALLOWED).stdout


def test_takes_the_stage_before_from_the_base(guard: Any, tmp_path: Path) -> None:
    base = fresh_checkout(tmp_path / "base")
    base.put(ENVIRONMENT, SERVICE, Stage.QUARTER)
    assert guard(CANARY, options=("--base", str(base.folder))).exit_code == 1
    base.put(ENVIRONMENT, SERVICE, Stage.READY)
    assert guard(CANARY, options=("--base", str(base.folder))).exit_code == 0


def test_tells_its_rules(guard: Any) -> None:
    result = guard(options=("--rules",))
    assert result.exit_code == 0
    assert all(rule in result.stdout for rule in RULES)


def test_every_rule_has_an_id_of_its_own_and_says_why() -> None:
    files = (ROOT / "rollout" / "guard" / "rules").glob("*/[a-z]*.py")
    assert len(list(files)) == len(RULES)
    assert all(len(reason) > 80 for reason in REASONS.values())


def test_a_name_that_no_file_system_takes_is_wrong_use(pay: Pay) -> None:
    result = pay("guard", "x" * 5000)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
