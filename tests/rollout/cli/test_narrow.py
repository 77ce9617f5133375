"""Every command that prints a table is readable in a terminal of 60 columns."""

import re
from typing import Any

import pytest

from tests.support.checkout import Checkout, Pay, PayJson

TABLES = {
    "stages of all": ("stages",),
    "stages of one": ("stages", "test-12"),
    "stacks": ("stacks", "test-12"),
    "parity": ("parity", "test-12"),
    "plan-moves": ("plan-moves", "test-12"),
    "journal": ("journal",),
}
SIDEWAYS = "│┃|"


@pytest.mark.parametrize("columns", [60, 80, 40])
@pytest.mark.parametrize("arguments", TABLES.values(), ids=TABLES)
def test_no_line_is_wider_and_no_name_is_cut(
    arguments: tuple[str, ...], columns: int, checkout: Checkout, pay: Pay, pay_json: PayJson
) -> None:
    checkout.put("test-12", "webhooks-egress", "dark")
    result = pay(*arguments, columns=columns)
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= columns
    words = set(re.split(rf"[\s,:{SIDEWAYS}]+", result.stdout))
    _, answer = pay_json(*arguments)
    assert names(answer)
    assert {name for name in names(answer) if name not in words} == set()


def names(answer: Any) -> set[str]:
    """The names of stacks, services and stages in an answer for programs."""
    keys = ("stack", "service", "stage", "environment")
    if isinstance(answer, list):
        return {name for each in answer for name in names(each)}
    if not isinstance(answer, dict):
        return set()
    own = {answer[key] for key in keys if isinstance(answer.get(key), str)}
    return own.union(*map(names, answer.values()))
