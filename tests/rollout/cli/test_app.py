"""The command `pay` as a process of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from rollout import cli
from rollout.cli import COMMANDS, load_command, summary
from rollout.terminal.arguments import environments_folder
from tests.support.checkout import COMMITTED, Checkout, Pay
from toolchain.paths import ROOT, VENV_BIN

MINE = (
    *("stages", "stacks", "promote", "rollback", "journal", "plan-moves", "parity", "adopt"),
    *("plan-changes", "judge-changes", "apply", "guard", "policy", "keep-records"),
    "renew",
    "reach",
    "quotas",
    "scaling",
    *("deploy", "lock", "patch", "release-order"),
)


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [VENV_BIN / "pay", *arguments],
        env={**os.environ, "PAY_ENVIRONMENTS": str(folder), "COLUMNS": "80", **variables},
        cwd=COMMITTED.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_lists_every_command_on_a_line_of_its_own(pay: Pay) -> None:
    result = pay("--help", columns=80)
    assert result.exit_code == 0
    for name in COMMANDS:
        assert re.search(rf"^│ {name} +{re.escape(summary(name))} +│$", result.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("deploy test-12 connector abc", "'N': found 'abc'; allowed: a whole number"),
        ("rollback test-12 connector --to zzz", "'--to': 'zzz' is not one of 'legacy'"),
    ],
)
def test_a_wrong_argument_is_told_in_our_words(pay: Pay, words: str, answer: str) -> None:
    result = pay(*words.split(), columns=200)
    assert result.exit_code == 2
    assert answer in result.stderr


def test_every_module_is_a_command() -> None:
    modules = {path.stem for path in Path(cli.__file__).parent.glob("*.py")}
    assert modules - {"__init__"} == {name.replace("-", "_") for name in COMMANDS}


@pytest.mark.parametrize(
    "file", sorted(Path(cli.__file__).parent.glob("*.py")), ids=lambda file: file.stem
)
def test_a_command_composes_no_refusal_reads_no_text_and_writes_no_file(file: Path) -> None:
    """It parses, calls and prints (docs/decisions/0104-let-pay-be-the-only-door.md)."""
    own = r"\bFinding\(|^import (?:re|tomllib)\b|\.write_(?:text|bytes)\("
    assert re.findall(own, file.read_text(), re.MULTILINE) == []


@pytest.mark.parametrize("name", MINE)
def test_help_of_a_command_has_an_example_and_json(name: str, pay: Pay) -> None:
    result = pay(name, "--help")
    assert result.exit_code == 0
    assert f"Example: pay {name}" in " ".join(result.stdout.split())
    assert "--json" in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_opens_the_help_of_the_command(name: str, pay: Pay) -> None:
    assert load_command(name).name == name
    module = import_module(f"{cli.__name__}.{name.replace('-', '_')}")
    assert summary(name) == str(module.__doc__).partition("\n\n")[0]
    result = pay(name, "--help")
    assert summary(name) in result.stdout
    assert f"pay {name}" in " ".join(result.stdout.split()).partition("Example: ")[2]


def test_an_unknown_command_is_wrong_use(pay: Pay) -> None:
    result = pay("promot")
    assert result.exit_code == 2
    assert "promote" in result.stderr


def imported(folder: Path, prefixes: tuple[str, ...], *commands: list[str]) -> list[str]:
    """The modules that a process has imported when it has run the commands, one after the other."""
    script = (
        "import sys\nfrom rollout.cli import app\n"
        f"for arguments in {commands!r}:\n    app(arguments, standalone_mode=False)\n"
        f"print(*[m for m in sys.modules if m.startswith({prefixes!r})], sep='\\n')"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PAY_ENVIRONMENTS": str(folder)},
        cwd=COMMITTED.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return finished.stdout.splitlines()[-1:]


def test_neither_cdktf_nor_boto3_is_imported(checkout: Checkout) -> None:
    checkout.put("test-12", "ledger", "half")
    commands = ["--help"], ["stages"], ["rollback", "test-12", "ledger"]
    assert imported(checkout.folder, ("cdktf", "jsii", "boto3"), *commands) == [""]


def test_help_imports_no_model(checkout: Checkout) -> None:
    prefixes = ("pay.", "pydantic", "rollout.cli.")
    assert imported(checkout.folder, prefixes, ["--help"]) == [""]


def test_the_exit_codes_of_the_process_are_0_1_and_2(checkout: Checkout) -> None:
    evidence = ("--evidence", "all are open")
    fine = run(checkout.folder, "promote", "test-12", "ledger", *evidence)
    refused = run(checkout.folder, "promote", "test-12", "connector", "--json")
    wrong = run(checkout.folder, "promote", "test-12")
    assert (fine.returncode, refused.returncode, wrong.returncode) == (0, 1, 2)
    assert json.loads(refused.stdout)["findings"][0]["gate"] == "adjacent"
    assert fine.stderr == ""
    assert refused.stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("pay pro", {"promote"}),
        ("pay promote test-", {"test-12", "test-perf-1"}),
        ("pay promote test-12 pub", {"publicapi", "publicauth"}),
        ("pay journal test-12 card", {"cardid"}),
        ("pay stages bro", {"broken"}),
        ("pay rollback test-12 cardid --to ha", {"half"}),
        ("pay guard --allow keeps-fargate", {"keeps-fargate-at-peak"}),
        ("pay guard test-12-cardid-f", {"test-12-cardid-fargate"}),
        ("pay review x.json test-12-pl", {"test-12-platform"}),
        ("pay review plans/x", set()),
    ],
)
def test_a_shell_completes_names(words: str, offered: set[str], checkout: Checkout) -> None:
    (checkout.folder / "broken.toml").write_text("[services")
    variables = {
        "_PAY_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    done = run(checkout.folder, **variables)
    assert set(done.stdout.split()) == offered


@pytest.mark.slow
def test_a_shell_completes_nothing_without_environments(tmp_path: Path) -> None:
    variables = {
        "_PAY_COMPLETE": "complete_bash",
        "COMP_WORDS": "pay stages te",
        "COMP_CWORD": "2",
    }
    done = run(tmp_path / "nowhere", **variables)
    assert (done.stdout.strip(), done.stderr) == ("", "")


COMPLETED = ("ENV", "SERVICE", "STAGE", "SEGMENT", "RULE", "STACK|PLAN.json...")


def test_every_name_that_a_command_takes_is_completed(checkout: Checkout, pay: Pay) -> None:
    parameters = [
        (command, parameter)
        for name in COMMANDS
        for loaded in (load_command(name),)
        for command in (loaded, *getattr(loaded, "commands", {}).values())
        for parameter in command.params
        if parameter.metavar in COMPLETED
    ]
    assert {parameter.metavar for _, parameter in parameters} == set(COMPLETED)
    for command, parameter in parameters:
        assert parameter.shell_complete(command.context_class(command), ""), (command, parameter)


def test_a_refusal_for_people_goes_to_the_error_stream(checkout: Checkout) -> None:
    checkout.put("test-12", "ledger", "retired")
    result = run(checkout.folder, "rollback", "test-12", "ledger")
    assert result.stdout == ""
    assert "Refused" in result.stderr
    assert "Nothing was written" in result.stderr


def test_a_copied_checkout_is_told_whose_code_runs(
    checkout: Checkout, pay: Pay, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = f"pay: runs the code of {ROOT}, not that of this copy; run `make setup` here"
    monkeypatch.chdir(ROOT)
    assert said not in pay("stages", "test-12").stderr
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "rollout" / "cli", copy / "rollout" / "cli")
    monkeypatch.chdir(copy)
    assert pay("stages", "test-12").stderr == said + "\n"


def test_a_folder_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    result = run(tmp_path / "nowhere", "stages")
    assert result.returncode == 2
    assert "PAY_ENVIRONMENTS" in result.stderr


def test_the_folder_is_the_checkout_s_own_without_a_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAY_ENVIRONMENTS", raising=False)
    monkeypatch.chdir(tmp_path)
    assert environments_folder() == COMMITTED
    (tmp_path / "environments").mkdir()
    assert environments_folder() == Path("environments")
