import pytest

from toolchain.setup import versions


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("v20.20.2\n", (20, 20, 2)),
        ("Terraform v1.11.4\non linux_amd64\n", (1, 11, 4)),
        ("Terraform v1.12.0-beta1\n", (1, 12, 0)),
        ("11.19", (11, 19, 0)),
    ],
)
def test_reads_the_version_that_a_tool_prints(printed: str, version: versions.Version) -> None:
    assert versions.parse(printed) == version


@pytest.mark.parametrize("printed", ["", "command not found", "v20"])
def test_has_no_version_for_a_text_without_one(printed: str) -> None:
    assert versions.parse(printed) is None


def test_says_so_when_a_tool_tells_no_version() -> None:
    assert versions.show_or_unknown(None) == "an unknown version"
    assert versions.show_or_unknown((1, 2, 3)) == "1.2.3"
