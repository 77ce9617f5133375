"""`rollout.versions`: pins against what is known, with days and sources."""

import json
import os
import shutil
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from pay.model.problem import InvalidInput
from rollout.terminal.refusal import Failed
from rollout.versions import refresh
from rollout.versions.known import KNOWN, EndOfLife, Known, load
from rollout.versions.pinned import Pinned, Source, pinned
from rollout.versions.report import findings, lines
from tests.support.checkout import PayJson

NODE = Pinned(Source.PROGRAMS, "node", "20.18.0")
TODAY = date(2026, 11, 26)
PAGE = "https://example.test/schedule"


def told(pin: Pinned, known: Known | None, longest: timedelta | None = None) -> list[str]:
    rows = {(pin.source, pin.name): known} if known else {}
    listed = findings(lines([pin], rows), TODAY, longest)
    return [f"{each.gate}{'' if each.refuses else ' (warns)'}" for each in listed]


def node(*ends: EndOfLife, checked: date = TODAY) -> Known:
    return Known(newest="24.19.0", checked=checked, source=PAGE, ends=ends)


def end(on: date, cycle: str = "20", plan: str = "", until: date | None = None) -> EndOfLife:
    return EndOfLife(cycle=cycle, on=on, source=PAGE, plan=plan, until=until)


def test_each_pin_of_this_checkout_is_known_with_a_day_and_a_source() -> None:
    found = lines(pinned(), load())
    newest_check = max(line.known.checked for line in found if line.known)
    assert [each for each in findings(found, newest_check, None) if each.refuses] == []
    assert {line.pin.name for line in found} >= {
        *("terraform", "hashicorp/aws", "node", "python", "syn-nodejs-puppeteer"),
        *("cdktf", "cdktf-cli", "checkov", "moto", "uv"),
    }


def test_rows_of_packages_that_are_not_pinned_are_gone() -> None:
    assert load().keys() == {(pin.source, pin.name) for pin in pinned()}


def test_an_unknown_pin_is_named_and_never_fine() -> None:
    assert told(NODE, None) == ["unknown"]


@pytest.mark.parametrize(
    ("on", "verdict"),
    [
        (TODAY, ["ended"]),
        (TODAY + timedelta(days=1), ["ends (warns)"]),
        (TODAY + timedelta(days=180), ["ends (warns)"]),
        (TODAY + timedelta(days=181), []),
    ],
)
def test_a_version_is_named_half_a_year_before_its_end_and_refused_after(
    on: date, verdict: list[str]
) -> None:
    assert told(NODE, node(end(on))) == verdict


def test_the_end_of_another_cycle_is_not_ours() -> None:
    assert told(NODE, node(end(TODAY, cycle="2"), end(TODAY, cycle="22"))) == []
    assert told(NODE, node(end(TODAY, cycle="20.18"))) == ["ended"]


def test_a_plan_holds_until_its_day() -> None:
    over = TODAY - timedelta(days=200)
    planned = end(over, plan="move to cdktn", until=TODAY)
    assert told(NODE, node(planned)) == ["planned (warns)"]
    late = planned.model_copy(update={"until": TODAY - timedelta(days=1)})
    assert told(NODE, node(late)) == ["ended"]
    assert told(NODE, node(end(over, plan="some day"))) == ["ended"]


def test_rows_that_nobody_checked_for_long_are_refused_on_request() -> None:
    old = node(checked=TODAY - timedelta(days=91))
    assert told(NODE, old) == []
    assert told(NODE, old, timedelta(days=90)) == ["old"]
    assert told(NODE, old, timedelta(days=91)) == []


def test_a_range_without_an_upper_end_has_the_newest() -> None:
    known = {(Source.PROGRAMS, "terraform"): Known(newest="1.14.1", checked=TODAY, source=PAGE)}
    pins = [Pinned(Source.PROGRAMS, "terraform", each) for each in (">= 1.10", "~> 1.10", "1.14")]
    assert [line.is_newest for line in lines(pins, known)] == [True, False, True]


def test_all_mistakes_of_the_file_come_at_once(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text(
        '[programs.node]\nnewest = "24"\nchecked = "soon"\nsource = "somewhere"\n'
        "[pypi]\nrich = {newest = 15, checked = 2026-11-26, age = 3}\n"
    )
    with pytest.raises(InvalidInput) as refused:
        load(path)
    keys = {problem.key for problem in refused.value.problems}
    assert keys == {
        *("programs.node.checked", "programs.node.source", "pypi.rich.newest", "pypi.rich.age"),
    }


def test_a_program_needs_a_source(tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text('[programs.node]\nnewest = "24"\nchecked = 2026-11-26\n')
    with pytest.raises(InvalidInput, match="no source"):
        load(path)
    path.write_text("[programs.node\n")
    with pytest.raises(InvalidInput, match=r"known\.toml:1"):
        load(path)


PINS = [
    NODE,
    Pinned(Source.PYPI, "rich", "15.0.0"),
    Pinned(Source.PYPI, "typer", "0.29.2"),
    Pinned(Source.NPM, "axe-core", "4.14.1"),
]


@pytest.fixture
def registries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose `uv` and `npm` answer as the real ones do when something is behind."""
    answers = {
        "uv": ([{"name": "rich", "version": "15.0.0", "latest_version": "15.1.0"}], 0),
        "npm": ({"axe-core": {"current": "4.14.1", "latest": "4.15.0"}}, 1),
    }
    for name, (answer, code) in answers.items():
        program(tmp_path / name, json.dumps(answer), code)
    monkeypatch.setattr(refresh, "UV", tmp_path / "uv")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def program(path: Path, answer: str, code: int) -> None:
    path.write_text(f"#!/bin/sh\ncat <<'ANSWER'\n{answer}\nANSWER\nexit {code}\n")
    path.chmod(0o755)


def test_a_refresh_writes_rows_of_packages_and_nothing_else(registries: Path) -> None:
    before = (
        '# A person reads this.\n[programs.node]\nnewest = "24.19.0"\nchecked = 2026-01-01\n\n'
        '[pypi]\nrich = {newest = "14.0.0", checked = 2026-01-01}\nold = {newest = "1", '
        'checked = 2026-01-01}\n\n[pypi.typer]\nnewest = "0.29.2"\nchecked = 2026-01-01\n'
        'ends = [{ cycle = "0", on = 2030-01-01, source = "https://example.test" }]\n'
    )
    after = refresh.with_newest(before, refresh.newest(PINS), TODAY)
    assert after == (
        '# A person reads this.\n[programs.node]\nnewest = "24.19.0"\nchecked = 2026-01-01\n\n'
        '[pypi]\nrich = {newest = "15.1.0", checked = 2026-11-26}\n\n[pypi.typer]\n'
        'newest = "0.29.2"\nchecked = 2026-11-26\n'
        'ends = [{ cycle = "0", on = 2030-01-01, source = "https://example.test" }]\n\n'
        '[npm]\naxe-core = {newest = "4.15.0", checked = 2026-11-26}\n'
    )
    assert refresh.with_newest(after, refresh.newest(PINS), TODAY) == after


def test_the_command_writes_what_the_registries_answer_and_shows_it(
    registries: Path, pay_json: PayJson, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copy(KNOWN, registries))
    command = import_module("rollout.cli.versions")
    monkeypatch.setattr(command, "KNOWN", copy)
    monkeypatch.setattr(command, "load", partial(load, copy))
    _, shown = pay_json("versions", "--refresh")
    newest = {row["name"]: row["newest"] for row in shown["versions"]}
    assert (newest["rich"], newest["axe-core"]) == ("15.1.0", "4.15.0")
    assert load(copy) != load(KNOWN)


@pytest.mark.parametrize(
    ("name", "answer", "code"),
    [
        ("uv", "", 2),
        ("uv", "no JSON", 0),
        ("npm", '{"error": {"code": "ENOTFOUND"}}', 1),
        ("npm", "{}", 2),
    ],
)
def test_a_registry_that_cannot_be_asked_is_no_newest_version(
    registries: Path, name: str, answer: str, code: int
) -> None:
    program(registries / name, answer, code)
    with pytest.raises(Failed, match=name):
        refresh.newest(PINS)
