"""Reads `types.txt`: the provider's types that have typed bindings."""

from dataclasses import dataclass, field
from pathlib import Path

from toolchain.problems import ToolProblem

TYPES = Path(__file__).with_name("types.txt")


@dataclass(frozen=True)
class WantedTypes:
    resources: list[str] = field(default_factory=list)
    data_sources: list[str] = field(default_factory=list)


def read(path: Path = TYPES) -> WantedTypes:
    """The types by kind, sorted; raises ToolProblem naming every line that is no type."""
    wanted: dict[str, set[str]] = {"resource": set(), "data": set()}
    mistakes = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if len(words) != 2 or words[0] not in wanted or not words[1].startswith("aws_"):
            mistakes.append(f"{path.name}:{number}: {line.strip()!r}")
        elif words[1] in wanted[words[0]]:
            mistakes.append(f"{path.name}:{number}: {line.strip()!r} is there twice")
        else:
            wanted[words[0]].add(words[1])
    if mistakes:
        raise ToolProblem(
            "\n".join(mistakes),
            needed="lines like `resource aws_lb` or `data aws_vpc`, each once",
            do=f"correct toolchain/bindings/{path.name}",
        )
    return WantedTypes(sorted(wanted["resource"]), sorted(wanted["data"]))
