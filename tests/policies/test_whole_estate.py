"""All environments pass the gate, with every waiver in use."""

from pathlib import Path

import pytest

from tests.policies.conftest import judge

pytestmark = pytest.mark.slow


def test_every_stack_of_every_environment_passes(written: Path) -> None:
    found = judge([written.parent])[written.parent.name]
    assert found["problems"] == []
    assert [each for each in found["findings"] if each["outcome"] == "failed"] == []
    assert not found["refused"]
    assert found["stacks"] == sorted(folder.name for folder in written.iterdir())
