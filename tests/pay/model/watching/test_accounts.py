"""The table `watching` of an environment's file: every mistake with its line."""

from pathlib import Path

import pytest

from pay.environments.load import load_environment
from pay.model import InvalidInput
from tests.conftest import ROOT

TEXT = (ROOT / "environments" / "sandbox.toml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('road = "hub"', 'road = "both"', "watching.road: found 'both'"),
        ('administrator = "standalone"', "", "watching.administrator: found nothing"),
        ('"sandbox/canary"', '"sandbox/canary", "sandbox/canary"', "sandbox/canary twice"),
        ('weekly = "sandbox-findings"', 'weekly = "a.fifo"', "a standard SNS topic"),
        ('weekly = "sandbox-findings"', "", "watching.topics.weekly: found nothing"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "sandbox.toml"
    assert old in TEXT
    path.write_text(TEXT.replace(old, new))
    with pytest.raises(InvalidInput) as refused:
        load_environment(path)
    [problem] = refused.value.problems
    assert said in str(problem)
    assert problem.line is not None


def test_an_account_that_nobody_watches_needs_no_table(tmp_path: Path) -> None:
    path = tmp_path / "test-12.toml"
    path.write_text((ROOT / "environments" / path.name).read_text())
    assert load_environment(path).watching is None
