"""The provider's types with typed bindings: the resources that a kind of stack may hold, and the
data sources in `data_sources.txt`.
"""

from dataclasses import dataclass, field
from pathlib import Path

from pay.model.stacks import RESOURCE_TYPES
from toolchain.problems import ToolProblem

DATA_SOURCES = Path(__file__).with_name("data_sources.txt")

WHERE = "the kind's row in constructs/pay/model/stacks.py, or toolchain/bindings/data_sources.txt"


@dataclass(frozen=True)
class WantedTypes:
    resources: list[str] = field(default_factory=list)
    data_sources: list[str] = field(default_factory=list)


def read(path: Path = DATA_SOURCES) -> WantedTypes:
    """Return the types by kind, sorted.

    Raises ToolProblem with every line that is not a data source.
    """
    data_sources: set[str] = set()
    mistakes = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if len(words) != 1 or not words[0].startswith("aws_"):
            mistakes.append(f"{path.name}:{number}: {line.strip()!r}")
        elif words[0] in data_sources:
            mistakes.append(f"{path.name}:{number}: {line.strip()!r} is listed twice")
        data_sources.add(words[0])
    if mistakes:
        raise ToolProblem(
            "\n".join(mistakes),
            needed="lines like `aws_vpc`, each once",
            do=f"correct toolchain/bindings/{path.name}",
        )
    return WantedTypes(sorted(RESOURCE_TYPES), sorted(data_sources))
