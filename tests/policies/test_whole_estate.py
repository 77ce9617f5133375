"""All environments pass the gate, with every waiver in use."""

from pathlib import Path

import pytest

from tests.policies.conftest import judge

pytestmark = pytest.mark.slow


def test_every_stack_of_every_environment_passes(written: Path) -> None:
    report = judge([written.parent])[written.parent.name]
    assert report["problems"] == []
    assert [each for each in report["findings"] if each["outcome"] == "failed"] == []
    assert not report["refused"]
    assert report["stacks"] == sorted(folder.name for folder in written.iterdir())
