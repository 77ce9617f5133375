"""This gate flags everything that the PCI packs of cdk-nag and AWS Config flag."""

import re
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from policies.engine.requirements import load
from tests.policies.conftest import judge

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
PACKS: dict[str, list[str]] = tomllib.loads((HERE / "packs.toml").read_text())


@dataclass(frozen=True)
class Violation:
    """A file that breaks rules of other packs, named in its first lines."""

    file: Path
    broken: tuple[tuple[str, str], ...]
    """Pack and rule."""
    flagged_by: tuple[str, ...]

    @classmethod
    def read(cls, file: Path) -> "Violation":
        head = re.findall(r"^# ([^:]+): (.*)$", file.read_text(), re.MULTILINE)
        (flagged_by,) = [rules.split() for label, rules in head if label == "flagged by"]
        broken = tuple((label, rule) for label, rule in head if label != "flagged by")
        return cls(file, broken, tuple(flagged_by))


VIOLATIONS = [Violation.read(file) for file in sorted(HERE.glob("violations/*.tf"))]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    roots = []
    for violation in VIOLATIONS:
        root = tmp_path_factory.mktemp(violation.file.stem, numbered=False)
        shutil.copy(violation.file, root)
        roots.append(root)
    return judge(roots, "--partial")


@pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda violation: violation.file.stem)
def test_the_gate_flags(violation: Violation, reports: dict[str, Any]) -> None:
    findings = reports[violation.file.stem]["findings"]
    failed = {each["rule"] for each in findings if each["outcome"] == "failed"}
    assert failed >= set(violation.flagged_by)


@pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda violation: violation.file.stem)
def test_a_violation_breaks_one_rule_of_a_pack(violation: Violation) -> None:
    packs = [pack for pack, _ in violation.broken]
    assert packs
    assert len(set(packs)) == len(packs)


def test_every_rule_of_the_packs_is_flagged_or_named_as_out_of_reach() -> None:
    flagged = {pair for violation in VIOLATIONS for pair in violation.broken}
    out_of_reach = {(each.pack, rule) for each in load().out_of_reach for rule in each.rules}
    listed = {(pack, rule) for pack, rules in PACKS.items() for rule in rules}
    assert flagged | out_of_reach == listed
    assert not flagged & out_of_reach
