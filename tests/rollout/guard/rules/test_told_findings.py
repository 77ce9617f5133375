"""What the guard refuses of an account's watching stack, and what it lets be."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from pay.model import Environment, names
from pay.model.environment.account import accounts
from pay.model.stacks import WATCHING
from pay.model.watching.accounts import Road
from pay.watching.ways import LONGEST_SECONDS, RETRIES, routes
from tests.support.plans import ENVIRONMENT, Json, change, judged, plan

OWN = "tells-findings-as-its-file-says"
STACK = WATCHING.stack_id(ENVIRONMENT)
RULE, TARGET = "aws_cloudwatch_event_rule.guardduty_page_rule", "aws_cloudwatch_event_target.a"


def found(tmp_path: Path, environment: Environment, *changes: Json) -> set[str]:
    return {each.rule for each in judged(tmp_path, [plan(STACK, *changes)], environment).refused}


@pytest.fixture
def told(environments: dict[str, Environment]) -> Environment:
    """Return an environment whose findings each tool sends by itself."""
    environment = environments[ENVIRONMENT]
    assert environment.watching
    direct = environment.watching.model_copy(update={"road": Road.DIRECT})
    return environment.model_copy(update={"watching": direct})


def both(environment: Environment) -> tuple[Json, Json]:
    """The rule that pages what GuardDuty finds, and its target, as the stack renders them."""
    [account] = accounts([environment])
    [route] = [each for each in routes(account) if each.name == "guardduty-page"]
    name = names.finding_rule(account.name, route.name)
    rule = {"name": name, "event_pattern": route.event_pattern, "state": "ENABLED"}
    target = {
        "rule": name,
        "arn": account.arn("sns", "sandbox-alarms-critical"),
        "input_transformer": [
            {
                "input_paths": dict(route.message.paths),
                "input_template": route.message.template,
            }
        ],
        "dead_letter_config": [{"arn": account.arn("sqs", "sandbox-findings-dead-letter")}],
        "retry_policy": [
            {
                "maximum_event_age_in_seconds": LONGEST_SECONDS,
                "maximum_retry_attempts": RETRIES,
            }
        ],
    }
    return rule, target


def test_takes_what_the_file_tells(told: Environment, tmp_path: Path) -> None:
    rule, target = both(told)
    spelled = json.dumps(json.loads(rule["event_pattern"]), indent=1)
    created = (change(RULE, None, rule), change(TARGET, None, target))
    again = change(RULE, {**rule, "state": "DISABLED"}, {**rule, "event_pattern": spelled})
    assert found(tmp_path, told, *created) == set()
    assert found(tmp_path, told, again) == set()


@pytest.mark.parametrize(
    ("attribute", "old", "new"),
    [
        ("event_pattern", '[">=", 7]', '[">=", 7.1]'),
        ("event_pattern", "GuardDuty Finding", "GuardDuty Findings"),
        ("state", "ENABLED", "DISABLED"),
    ],
)
def test_refuses_a_rule_that_selects_less(
    attribute: str, old: str, new: str, told: Environment, tmp_path: Path
) -> None:
    rule, _ = both(told)
    changed = {**rule, attribute: rule[attribute].replace(old, new)}
    assert changed != rule
    assert OWN in found(tmp_path, told, change(RULE, rule, changed))
    assert OWN in found(tmp_path, told, change(RULE, None, changed))


def quieter(target: Json) -> None:
    target["arn"] = target["arn"].replace("critical", "warning")


def renamed(target: Json) -> None:
    target["input_transformer"][0]["input_paths"]["group"] = "$.detail.resource.group"


def without_how_to_close(target: Json) -> None:
    transformer = target["input_transformer"][0]
    transformer["input_template"] = transformer["input_template"].rpartition("\n")[0]


def for_a_day(target: Json) -> None:
    target["retry_policy"][0]["maximum_event_age_in_seconds"] = 86_400


def without_queue(target: Json) -> None:
    target["dead_letter_config"] = []


@pytest.mark.parametrize(
    "break_it", [quieter, renamed, without_how_to_close, for_a_day, without_queue]
)
def test_refuses_a_target_that_tells_less(break_it: Any, told: Environment, tmp_path: Path) -> None:
    _, target = both(told)
    changed = deepcopy(target)
    break_it(changed)
    assert OWN in found(tmp_path, told, change(TARGET, target, changed))


def test_a_rule_goes_only_with_what_it_told(told: Environment, tmp_path: Path) -> None:
    rule, target = both(told)
    gone = (change(RULE, rule, None), change(TARGET, target, None))
    assert OWN in found(tmp_path, told, *gone)
    assert told.watching
    hub = told.watching.model_copy(update={"road": Road.HUB})
    through_hub = told.model_copy(update={"watching": hub})
    assert OWN not in found(tmp_path, through_hub, *gone)
