"""`toolchain.cdktn.trial`: the switch from cdktf to cdktn, made in a copy of this checkout."""

import pytest

from pay.environments.load import load_environments
from pay.model.stacks import known_stacks
from tests.conftest import ROOT
from toolchain.cdktn.trial import ENVIRONMENTS
from toolchain.cli import main


@pytest.mark.slow
def test_every_stack_stays_equal_to_the_byte_on_each_node(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It installs cdktn with locks of its own, and fails for a stack that differs."""
    assert main(["cdktn"]) == 0, capsys.readouterr()
    count = len(known_stacks(load_environments(ROOT / "environments")))
    said = capsys.readouterr()
    for version in ENVIRONMENTS:
        assert f"Node {version}: {count} of {count} stacks are equal" in said.out + said.err
