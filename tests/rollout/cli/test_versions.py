"""`pay versions`: a table, and JSON, of what is pinned."""

from importlib import import_module

import pytest

from tests.support.checkout import Pay, PayJson


def test_shows_what_is_pinned_and_what_has_lost_its_support(pay: Pay) -> None:
    shown = pay("versions").stdout
    for word in ("terraform", "hashicorp/aws", "cdktf-cli", "2026-04-30 over"):
        assert word in shown
    assert max(len(line) for line in shown.splitlines() if line.endswith("│")) <= 80


def test_json_says_the_same(pay: Pay, pay_json: PayJson) -> None:
    _, told = pay_json("versions")
    rows = {(row["source"], row["name"]): row for row in told["versions"]}
    node = rows["programs", "node"]
    assert (node["support_ends"], node["has_support"], node["is_newest"]) == (
        *("2026-04-30", False, False),
    )
    assert all(row["newest"] and row["checked"] for row in rows.values())


def test_what_is_not_known_ends_in_1(pay_json: PayJson, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("rollout.cli.versions")  # the package has a function of this name
    monkeypatch.setattr(module, "load", dict)
    status, told = pay_json("versions")
    assert (status, {each["check"] for each in told["findings"]}) == (1, {"unknown"})


def test_what_is_old_enough_changes_nothing(pay_json: PayJson) -> None:
    assert pay_json("versions", "--check-age", "9999d") == pay_json("versions")


def test_a_time_that_cannot_be_read_is_wrong_use(pay: Pay) -> None:
    refused = pay("versions", "--check-age", "soon")
    assert refused.exit_code == 2
    assert "'soon' is not a time" in refused.stderr
