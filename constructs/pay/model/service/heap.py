"""The heaps that a container's variables set, for a JVM or for Node."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_OPTION = re.compile(
    r"(?<!\S)(?P<name>-Xm[sx]|-XX:(?:Max|Initial)(?:HeapSize|RAMPercentage)="
    r"|--max[-_]old[-_]space[-_]size(?:[-_]percentage)?(?:=|\s+))(?P<value>\S*)"
)
"""Java: the `java` command, "Extra Options" and "Advanced Garbage Collection Options"; Node: CLI
options, `--max-old-space-size` in MiB, and its percentage."""

_SIZE = re.compile(r"([0-9]{1,15})([kmgt]?)", re.IGNORECASE)
_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]+)?")
_MIB = {"": 2**-20, "k": 2**-10, "m": 1, "g": 2**10, "t": 2**20}


@dataclass(frozen=True)
class Heap:
    """One option that sets a heap."""

    variable: str
    option: str
    """As it is written, `-Xmx1G`."""
    mib: float | None
    """In a container of the given memory; None if the program would not read the option."""

    @property
    def key(self) -> tuple[str, str]:
        """Return the variable, and the option without its value."""
        match = _OPTION.match(self.option)
        return self.variable, match["name"].strip() if match else self.option


def heaps(environment: Mapping[str, str], memory_mib: int) -> Iterator[Heap]:
    """Yield the heaps that the variables set in a container of `memory_mib`. Of one option the last
    counts, as it does for the program.
    """
    for variable, text in environment.items():
        last = {match["name"].strip(): match for match in _OPTION.finditer(text)}
        for name, match in last.items():
            yield Heap(variable, match[0], _mib(name, match["value"], memory_mib))


def _mib(name: str, value: str, memory_mib: int) -> float | None:
    if "ercentage" in name:
        return memory_mib * float(value) / 100 if _PERCENT.fullmatch(value) else None
    size = _SIZE.fullmatch(value)
    if size is None or (name.startswith("--") and size[2]):
        return None
    return int(size[1]) * (1 if name.startswith("--") else _MIB[size[2].lower()])
