"""Every rule accepts the unbroken stacks and refuses a break of what it requires."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.policies.conftest import count_as_synthesised, judge
from tests.policies.every_mutation import ALL
from tests.policies.mutations import Mutation
from tests.policies.not_yet_created_mutations import LATER

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def unbroken(both_sides: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the stacks, with one for the resource types that no stack has yet."""
    folder = tmp_path_factory.mktemp("mutations") / "unbroken"
    shutil.copytree(both_sides, folder)
    shutil.copytree(ROOT / "tests" / "policies" / "fixtures" / LATER, folder / LATER)
    count_as_synthesised(folder)
    return folder


@pytest.fixture(scope="module")
def reports(unbroken: Path) -> dict[str, Any]:
    """Return the gate's reports of the unbroken stacks and of a copy per mutation, from one run."""
    roots = [unbroken]
    for mutation in ALL:
        root = unbroken.with_name(mutation.title)
        for stack in (mutation.stack, *mutation.beside):
            shutil.copytree(unbroken / stack, root / stack)
        file = root / mutation.stack / "cdk.tf"
        file.write_text(mutation.apply(file.read_text()))
        count_as_synthesised(root)
        roots.append(root)
    return judge(roots, "--partial")


def test_the_unbroken_stacks_pass(reports: dict[str, Any]) -> None:
    assert reports["unbroken"]["problems"] == []
    assert [f for f in reports["unbroken"]["findings"] if f["outcome"] == "failed"] == []
    assert not reports["unbroken"]["refused"]


def test_every_rule_has_judged_something_and_has_a_mutation(reports: dict[str, Any]) -> None:
    rules = reports["unbroken"]["rules"]
    assert sorted(reports["unbroken"]["outcomes"]["passed"]) == rules
    assert sorted({mutation.rule for mutation in ALL}) == rules
    assert len({mutation.title for mutation in ALL}) == len(ALL)


@pytest.mark.parametrize("mutation", ALL, ids=lambda mutation: mutation.title)
def test_a_break_of_the_rule_is_refused(mutation: Mutation, reports: dict[str, Any]) -> None:
    broken = reports[mutation.title]
    assert broken["refused"]
    assert [
        finding
        for finding in broken["findings"]
        if (finding["rule"], finding["outcome"]) == (mutation.rule, "failed")
        and finding["stack"] == mutation.stack
    ]
