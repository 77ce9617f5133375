"""A key's line is found in files as people write them."""

import pytest

from pay.toml_lines import TomlLines

TEXT = """\
# a comment = 1
name = "sandbox"

[network]
zones = [
  "a",
]
vpc = "x" # [dns]

[services."products-ui"]
tasks = { min = 1, peak = 2 }

[ services.connector ] # moving
stage = "dark"
size.cpu = 512
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("name", 2),
        ("network", 4),
        ("network.zones", 5),
        ("network.zones.0", 5),
        ("network.vpc", 8),
        ("services.products-ui.tasks", 11),
        ("services.products-ui.tasks.min", 11),
        ("services.connector.stage", 14),
        ("services.connector.size.cpu", 15),
        ("services.connector.tasks", 13),
        ("services.nowhere", None),
        ("dns", None),
    ],
)
def test_finds_a_key_or_what_holds_it(key: str, line: int | None) -> None:
    assert TomlLines(TEXT).of(key) == line
