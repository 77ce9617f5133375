"""Registers the declared rules over blocks as checks of checkov."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.data.base_check import BaseDataCheck
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from pay.unread import Unread
from policies.engine.rule import RULES, Rule
from policies.reading.stack import Block, Kind, NotKnown, SynthesisedStack

_STRICTEST = SynthesisedStack("unknown", Path())
_current: list[SynthesisedStack] = []


@contextmanager
def judging(stack: SynthesisedStack) -> Iterator[None]:
    """Make the checks see the blocks and the scope of `stack`.

    Without it, as on checkov's own command line, the strictest rules apply to every block.
    """
    _current.append(stack)
    try:
        yield
    finally:
        _current.pop()


@cache
def register() -> None:
    """Register every rule with checkov; a second call changes nothing."""
    for rule in RULES:
        resources = [each for each in rule.types if not each.startswith("data.")]
        data = [each.removeprefix("data.") for each in rule.types if each.startswith("data.")]
        for check, types in ((_ResourceCheck, resources), (_DataCheck, data)):
            if types:
                # The constructor registers the check.
                categories = (CheckCategories.GENERAL_SECURITY,)
                check(rule.text.what, rule.text.id, categories, types).rule = rule


class _ResourceCheck(BaseResourceCheck):
    rule: Rule

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        return _answer(self, "resource", conf)


class _DataCheck(BaseDataCheck):
    rule: Rule

    def scan_data_conf(self, conf: dict[str, Any]) -> CheckResult:
        return _answer(self, "data", conf)


def _answer(check: Any, kind: Kind, conf: dict[str, Any]) -> CheckResult:
    stack = _current[-1] if _current else _STRICTEST
    _, type_, name = check.entity_path.rsplit(":", 2)
    block = stack.block(kind, type_, name) or Block(kind, type_, name, conf, stack)
    try:
        problems = check.rule.judge(block)
    except NotKnown:
        return CheckResult.UNKNOWN
    except Unread as unread:
        problems = [f"cannot be read: {unread}"]
    except Exception as error:
        # checkov would drop the result of a check that crashes.
        problems = [f"cannot be judged: {error!r}"]
    if problems is None:
        return CheckResult.UNKNOWN
    check.details += problems
    return CheckResult.FAILED if problems else CheckResult.PASSED
