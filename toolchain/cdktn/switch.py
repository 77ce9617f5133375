"""The one commit that leaves cdktf: every file that it changes, and its patch.

Lock files and bindings are not in it: `make lock` and `make setup` write them afterwards. Prose
keeps the name cdktf, and so does the command that people type.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from toolchain.problems import ToolProblem

CODE = ("main.py", "constructs", "stacks", "tests", "toolchain")
"""The code that names the package."""
TOOL = "toolchain/cdktn/"
TESTS_OF_TOOL = "tests/toolchain/cdktn/"
"""They name both. Whoever makes the switch removes them with it."""

_NAMES = re.compile(
    r"\bfrom cdktf(?= import\b)|\bimport (?:\w+, )*cdktf\b|\bcdktf(?=\.[A-Z]\w+\b)"
    r'|\bversion\("cdktf"(?=\))'
)


class Edit(NamedTuple):
    """A text that stands once in a file, and the text in its place."""

    file: str
    old: str
    new: str


_TEST_OF_NODE = "tests/toolchain/setup/test_node.py"
_KNOWN = "rollout/versions/known.toml"
_TEST_OF_KNOWN = "tests/rollout/versions/test_known_versions.py"
_TEST_OF_VERSIONS = "tests/rollout/cli/test_versions.py"


def _row(package: str) -> str:
    """Return the lines of an archived package in the list of known versions."""
    return (
        f'[{package}]\nnewest = "0.21.0"\nchecked = 2026-11-26\nends = [\n'
        '  { cycle = "0.21", on = 2025-12-10, '
        'source = "https://github.com/hashicorp/terraform-cdk", '
        'plan = "move to cdktn: make cdktn writes the commit (docs/decisions/0216)", '
        "until = 2027-03-31},\n]\n"
    )


def _new_row(package: str) -> str:
    return f'[{package}]\nnewest = "0.24.0"\nchecked = 2026-11-26\n'


EDITS = (
    Edit("pyproject.toml", '"cdktf==0.21.0"', '"cdktn==0.24.0"'),
    Edit("pyproject.toml", '"constructs>=10.4.2,<11"', '"constructs>=10.6,<10.8"'),
    Edit("package.json", '"cdktf-cli": "0.21.0"', '"cdktn-cli": "0.24.0"'),
    Edit("toolchain/paths.py", '".bin" / "cdktf"', '".bin" / "cdktn"'),
    Edit("toolchain/locks/node.in", "cdktf-cli 0.21 cannot", "cdktn-cli 0.24 cannot"),
    Edit("toolchain/locks/node.in", ">=20,<21", ">=24,<25"),
    Edit(
        "toolchain/setup/node.py",
        "# cdktf-cli 0.21 requires 20.9 and contains a compiled node-pty for Node 20 on every "
        "platform. On\n# another Node, every command except --version crashes at its start.\n",
        "# cdktn-cli 0.24 requires 22.19; 24 is the newest that jsii knows.\n",
    ),
    Edit(
        "toolchain/setup/node.py",
        "Node 20.9.0 or a later Node 20 (cdktf-cli 0.21 supports no other)",
        "Node 22.19.0 to 24 (cdktn-cli 0.24 requires it)",
    ),
    Edit(
        "toolchain/setup/node.py",
        "(20, 9, 0) <= version < (21, 0, 0)",
        "(22, 19, 0) <= version < (25, 0, 0)",
    ),
    Edit(
        "tests/toolchain/setup/test_bytecode.py", '"cdktf", "constructs"', '"cdktn", "constructs"'
    ),
    Edit("tests/toolchain/locks/test_lock_files.py", 'startswith("cdktf")', 'startswith("cdktn")'),
    Edit("tests/toolchain/locks/test_lock_files.py", '["cdktf-cli"]', '["cdktn-cli"]'),
    Edit("tests/toolchain/locks/test_lock_files.py", "/cdktf-cli", "/cdktn-cli"),
    Edit("tests/toolchain/locks/test_lock_files.py", 'f"cdktf=={node}"', 'f"cdktn=={node}"'),
    Edit(_TEST_OF_NODE, '"v20.9.0", "v20.20.2"', '"v22.19.0", "v24.19.0"'),
    Edit(
        _TEST_OF_NODE,
        '["v18.20.0", "v20.8.1", "v22.11.0", "v24.1.0", "not',
        '["v18.20.0", "v20.8.1", "v22.18.0", "v25.0.0", "not',
    ),
    Edit(_TEST_OF_NODE, r"Node 20\.9\.0 or a later Node 20", r"Node 22\.19\.0 to 24"),
    Edit(_TEST_OF_NODE, 'write_program("node", "v20.18.0")', 'write_program("node", "v24.1.0")'),
    Edit(_TEST_OF_NODE, '[None, "v24.1.0", "v20.18.0"]', '[None, "v20.18.0", "v24.1.0"]'),
    Edit(
        _TEST_OF_NODE,
        'program.write_text("#!/bin/sh\\necho v20.18.0\\n")',
        'program.write_text("#!/bin/sh\\necho v24.19.0\\n")',
    ),
    Edit(_TEST_OF_NODE, 'startswith(b"10.")', 'startswith(b"11.")'),
    Edit(
        _KNOWN,
        ', plan = "cdktf-cli 0.21 needs Node 20: make cdktn writes the commit '
        '(docs/decisions/0216)", until = 2027-03-31}',
        " }",
    ),
    Edit(_KNOWN, _row("pypi.cdktf"), _new_row("pypi.cdktn")),
    Edit(_KNOWN, _row("npm.cdktf-cli"), _new_row("npm.cdktn-cli")),
    Edit(_TEST_OF_KNOWN, '*("cdktf", "cdktf-cli"', '*("cdktn", "cdktn-cli"'),
    Edit(_TEST_OF_VERSIONS, '"cdktf-cli", "2026-04-30 over"', '"cdktn-cli", "2028-04-30"'),
    Edit(_TEST_OF_VERSIONS, '"2026-04-30", False, False', '"2028-04-30", True, True'),
)
"""The names that the name of the package does not cover."""


def switched(root: Path) -> Mapping[str, str]:
    """Return each file that the commit changes, by its path, with its new text.

    Raises ToolProblem with every edit that no longer fits.
    """
    texts = dict(_renamed(root))
    misfits = []
    for edit in EDITS:
        text = texts.get(edit.file) or (root / edit.file).read_text()
        if text.count(edit.old) != 1:
            misfits.append(f"{edit.file} has {edit.old!r} {text.count(edit.old)} times")
        texts[edit.file] = text.replace(edit.old, edit.new)
    if misfits:
        raise ToolProblem(
            "\n".join(misfits),
            needed="each text once: the switch to cdktn changes it",
            do="correct EDITS in toolchain/cdktn/switch.py",
        )
    return texts


def patch(root: Path, texts: Mapping[str, str]) -> str:
    """Return the commit as a patch for `git apply`."""
    return "".join(
        "".join(
            difflib.unified_diff(
                (root / file).read_text().splitlines(keepends=True),
                text.splitlines(keepends=True),
                f"a/{file}",
                f"b/{file}",
            )
        )
        for file, text in sorted(texts.items())
    )


def _renamed(root: Path) -> Iterator[tuple[str, str]]:
    for place in CODE:
        for file in sorted((root / place).rglob("*.py")) or [root / place]:
            name = file.relative_to(root).as_posix()
            if name.startswith((TOOL, TESTS_OF_TOOL)):
                continue
            text = file.read_text()
            new = _NAMES.sub(lambda match: match[0].replace("cdktf", "cdktn"), text)
            if new != text:
                yield name, new
