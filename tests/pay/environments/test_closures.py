"""The closures of environment files: silence that is announced."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pay.environments.load import load_environment
from pay.model import Environment, InvalidInput
from tests.conftest import ROOT

TEXT = (ROOT / "environments" / "test-12.toml").read_text()
CLOSURE = """
[[closures]]
begins = 2026-12-01T22:00:00Z
ends = 2026-12-02T03:00:00+01:00
reason = "The card schemes' yearly maintenance."
services = ["connector", "frontend"]
"""


def loaded(folder: Path, more: str) -> Environment:
    path = folder / "test-12.toml"
    path.write_text(TEXT + more)
    return load_environment(path)


def test_is_of_the_services_that_it_names(tmp_path: Path) -> None:
    environment = loaded(tmp_path, CLOSURE)
    [closure] = environment.closures_of("connector")
    assert closure.begins == datetime(2026, 12, 1, 22, tzinfo=UTC)
    assert closure.ends == datetime(2026, 12, 2, 2, tzinfo=UTC)
    assert environment.closures_of("products") == ()
    everywhere = loaded(tmp_path, CLOSURE.replace('services = ["connector", "frontend"]', ""))
    assert len(everywhere.closures_of("products")) == 1


def test_takes_a_time_as_text(tmp_path: Path) -> None:
    written = CLOSURE.replace("2026-12-01T22:00:00Z", '"2026-12-01T22:00Z"')
    assert loaded(tmp_path, written).closures == loaded(tmp_path, CLOSURE).closures


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2026-12-01T22:00:00Z", "2026-12-01T22:00:00", "begins: found the date or time 2026"),
        ("2026-12-01T22:00:00Z", "2026-12-01", "begins: found the date or time 2026"),
        ("2026-12-01T22:00:00Z", "2026-12-01T22:00:30Z", "a minute with its zone"),
        ("2026-12-01T22:00:00Z", '"tomorrow"', "a minute with its zone"),
        ("2026-12-01T22:00:00Z", "22", "a minute with its zone"),
        ("2026-12-01T22:00:00Z", "2026-12-02T02:00:00Z", "ends: found 2026-12-02T03:00:00+0100"),
        ("2026-12-01T22:00:00Z", "2026-11-20T22:00:00Z", "at most 7 days later"),
        ('"connector", ', '"conector", ', "closures.0.services: found conector"),
        ("\nservices", "\nservice", "closures.0.service: found an unknown key"),
        (
            'reason = "The card schemes\' yearly maintenance."\n',
            "",
            "closures.0.reason: found",
        ),
    ],
)
def test_refuses_what_is_no_closure(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in CLOSURE
    with pytest.raises(InvalidInput) as refused:
        loaded(tmp_path, CLOSURE.replace(old, new, 1))
    assert said in "\n".join(map(str, refused.value.problems))


def test_refuses_more_than_an_alarm_takes(tmp_path: Path) -> None:
    assert len(loaded(tmp_path, CLOSURE * 10).closures) == 10
    with pytest.raises(InvalidInput, match="closures"):
        loaded(tmp_path, CLOSURE * 11)
