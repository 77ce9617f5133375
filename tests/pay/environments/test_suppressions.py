"""Suppressions name environments and services that exist, and what a stack can render."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from pay.environments.load import environment_files
from pay.environments.suppressions import in_force, load_suppressions
from pay.model import Environment, InvalidInput
from pay.model.environment.account import accounts
from pay.model.watching.accounts import Administrator, Road
from tests.conftest import ROOT

TODAY = date(2027, 1, 1)
ENTRY = """[[suppression]]
tool = "guardduty"
finding = "Discovery:Runtime/SuspiciousCommand"
environment = "sandbox"
service = "connector"
severity = "medium"
reason = "The health check runs a shell command every ten seconds."
owner = "security lead of the platform team"
expires = 2027-03-31
evidence = ["1"]
"""


@pytest.fixture
def watched(environments: Mapping[str, Environment]) -> dict[str, Environment]:
    """Return the sandbox, whose findings pass Security Hub, and an environment nobody watches."""
    return {"sandbox": at_road(environments["sandbox"]), "test-12": environments["test-12"]}


def at_road(environment: Environment, **changes: object) -> Environment:
    assert environment.watching
    watching = environment.watching.model_copy(update={"road": Road.HUB, **changes})
    return environment.model_copy(update={"watching": watching})


def folder_with(folder: Path, text: str) -> Path:
    for name in ("sandbox", "test-12"):
        (folder / f"{name}.toml").touch()
    (folder / "suppressions.toml").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"sandbox"',
            '"sandbx"',
            "environment: found sandbx; allowed: sandbox, test-12; did you mean",
        ),
        ('"connector"', '"conector"', "service: found conector; allowed: a service of sandbox"),
        ('"sandbox"', '"test-12"', "environment: found test-12, which nobody watches"),
        ("2027-03-31", "2028-03-31", "expires: found expires on 2028-03-31"),
    ],
)
def test_refuses_what_does_not_exist(
    old: str, new: str, message: str, watched: dict[str, Environment], tmp_path: Path
) -> None:
    folder = folder_with(tmp_path, ENTRY.replace(old, new))
    with pytest.raises(InvalidInput) as raised:
        load_suppressions(folder, watched, TODAY)
    (only,) = raised.value.problems
    assert message in str(only)
    assert only.line


def test_refuses_what_security_hub_does_not_see(
    watched: dict[str, Environment], tmp_path: Path
) -> None:
    direct = {**watched, "sandbox": at_road(watched["sandbox"], road=Road.DIRECT)}
    with pytest.raises(InvalidInput, match="do not pass Security Hub"):
        load_suppressions(folder_with(tmp_path, ENTRY), direct, TODAY)
    noisy = folder_with(tmp_path, f"{ENTRY}volume = true\n")
    assert len(load_suppressions(noisy, direct, TODAY)) == 1


@pytest.mark.parametrize(
    ("tool", "finding"),
    [
        ("guardduty", "Execution:Runtime/NewBinaryExecuted"),
        ("inspector", "CVE-2026-12345"),
        ("security-hub", "ECS.5"),
    ],
)
def test_what_we_watch_can_suppress_what_each_tool_finds(
    tool: str, finding: str, environments: Mapping[str, Environment], tmp_path: Path
) -> None:
    watched_here = {name: each for name, each in environments.items() if each.watching}
    assert watched_here
    text = ENTRY.replace("Discovery:Runtime/SuspiciousCommand", finding)
    text = text.replace('"guardduty"', f'"{tool}"')
    entries = (text.replace('"sandbox"', f'"{name}"') for name in watched_here)
    for name in watched_here:
        (tmp_path / f"{name}.toml").touch()
    (tmp_path / "suppressions.toml").write_text("\n".join(entries))
    assert len(load_suppressions(tmp_path, watched_here, TODAY)) == len(watched_here)


def test_what_has_ended_is_read_and_not_rendered(
    watched: dict[str, Environment], tmp_path: Path
) -> None:
    (account,) = accounts([watched["sandbox"]])
    folder = folder_with(tmp_path, ENTRY)
    for day, rendered in ((date(2027, 3, 31), 1), (date(2027, 4, 1), 0)):
        entries = load_suppressions(folder, watched, day)
        assert len(entries) == 1
        assert len(in_force(entries, account, day)) == rendered


def test_a_member_account_renders_nothing(watched: dict[str, Environment], tmp_path: Path) -> None:
    member = at_road(watched["sandbox"], administrator=Administrator.MEMBER)
    (account,) = accounts([member])
    entries = load_suppressions(folder_with(tmp_path, ENTRY), watched, TODAY)
    assert in_force(entries, account, TODAY) == ()


def test_the_file_is_not_an_environment() -> None:
    assert (ROOT / "environments" / "suppressions.toml").is_file()
    assert "suppressions" not in environment_files(ROOT / "environments")
