from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain.setup.tools import Version, version_of

WriteProgram = Callable[[str, str], Path]


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("v20.20.2\n", (20, 20, 2)),
        ("Terraform v1.11.4\non linux_amd64\n", (1, 11, 4)),
        ("Terraform v1.12.0-beta1\n", (1, 12, 0)),
        ("11.19", (11, 19, 0)),
        ("", None),
        ("command not found", None),
        ("v20", None),
    ],
)
def test_reads_the_version_that_a_tool_prints(
    write_program: WriteProgram, printed: str, version: Version | None
) -> None:
    assert version_of(write_program("tool", printed)) == version


def test_a_program_that_does_not_start_has_no_version(tmp_path: Path) -> None:
    assert version_of(tmp_path / "missing") is None
