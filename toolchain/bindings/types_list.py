"""The types with bindings: a kind's resources, and the data sources in `data_sources.txt`."""

import re
from pathlib import Path
from typing import NamedTuple

from pay.model.stacks import RESOURCE_TYPES
from toolchain.problems import ToolProblem

DATA_SOURCES = Path(__file__).with_name("data_sources.txt")

WHERE = "the kind's row in constructs/pay/model/stacks.py, or toolchain/bindings/data_sources.txt"


class WantedTypes(NamedTuple):
    resources: list[str]
    data_sources: list[str]


def read(path: Path = DATA_SOURCES) -> WantedTypes:
    """Return the types by kind, sorted.

    Raises ToolProblem with every line that is not a data source.
    """
    data_sources: set[str] = set()
    mistakes = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        name = line.split("#")[0].strip()
        if name and not re.fullmatch(r"aws_\S+", name):
            mistakes.append(f"{path.name}:{number}: {line.strip()!r}")
        elif name in data_sources:
            mistakes.append(f"{path.name}:{number}: {line.strip()!r} is listed twice")
        elif name:
            data_sources.add(name)
    if mistakes:
        raise ToolProblem(
            "\n".join(mistakes),
            needed="lines like `aws_vpc`, each once",
            do=f"correct toolchain/bindings/{path.name}",
        )
    return WantedTypes(sorted(RESOURCE_TYPES), sorted(data_sources))
