"""This gate flags everything that the PCI packs of cdk-nag and AWS Config flag."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from policies.engine.requirements import load
from tests.policies.conftest import judge

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
BUCKET = re.findall(
    r"^resource .*?^\}\n", (HERE / "bucket.tf").read_text(), re.DOTALL | re.MULTILINE
)
"""The resources of a bucket that no pack refuses."""

WITHOUT = "bucket without"
"""The violation is this bucket without a type of resource, beside the file's own resources."""

PACKS: dict[str, list[str]] = tomllib.loads((HERE / "packs.toml").read_text())


@dataclass(frozen=True)
class Violation:
    """A file that breaks rules of other packs, named in its first lines."""

    file: Path
    broken: tuple[tuple[str, str], ...]
    """Pack and rule."""
    flagged_by: tuple[str, ...]
    terraform: str

    @classmethod
    def read(cls, file: Path) -> "Violation":
        text = file.read_text()
        head = re.findall(r"^# ([^:]+): (.*)$", text, re.MULTILINE)
        (flagged_by,) = [rules.split() for label, rules in head if label == "flagged by"]
        broken = tuple(pair for pair in head if pair[0] not in ("flagged by", WITHOUT))
        for label, left_out in head:
            if label == WITHOUT:
                kept = [each for each in BUCKET if f'resource "{left_out}"' not in each]
                assert len(kept) == len(BUCKET) - 1, file
                text = "\n".join([text, *kept])
        return cls(file, broken, tuple(flagged_by), text)


VIOLATIONS = [Violation.read(file) for file in sorted(HERE.glob("violations/*.tf"))]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    roots = []
    for violation in VIOLATIONS:
        root = tmp_path_factory.mktemp(violation.file.stem, numbered=False)
        (root / "main.tf").write_text(violation.terraform)
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
