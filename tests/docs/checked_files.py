"""Reads a page's block as the file that it would stand in, by the reader of that file."""

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pay.environments.load import load_environments
from pay.environments.suppressions import load_suppressions
from pay.model.watching.suppressions import FILE
from tests.conftest import ROOT


def _suppressions(text: str) -> None:
    """Read the suppressions with the block among them. One that has ended is read as well."""
    with TemporaryDirectory() as folder:
        environments = Path(shutil.copytree(ROOT / "environments", Path(folder, "environments")))
        with (environments / FILE).open("a") as file:
            file.write(text)
        today = datetime.now(UTC).date()
        load_suppressions(environments, load_environments(environments), today)


READERS: Mapping[str, Callable[[str], None]] = {f"environments/{FILE}": _suppressions}
"""Path of a file -> what reads it. It raises InvalidInput for each mistake."""
