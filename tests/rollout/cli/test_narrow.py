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
    # Parity calls services that have a row in common `all`.
    keys = ("aspect",) if "parity" in arguments else ("stack", "service", "stage", "environment")
    shown = {word for name in texts(answer, keys) for word in name.split()}
    assert shown
    assert shown - words == set()


def texts(answer: Any, keys: tuple[str, ...]) -> set[str]:
    """The texts at these keys, anywhere in an answer for programs."""
    if isinstance(answer, list):
        return {text for each in answer for text in texts(each, keys)}
    if not isinstance(answer, dict):
        return set()
    own = {answer[key] for key in keys if isinstance(answer.get(key), str)}
    return own.union(*(texts(each, keys) for each in answer.values()))
