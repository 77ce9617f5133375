"""Where a run's time goes: the seconds of each folder, and of its slowest file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePath

SHOWN = 0.01
"""The share of all time below which a folder has no line."""


def time_report(durations: Iterable[tuple[str, float]]) -> Iterator[str]:
    """A line for each folder, the longest first, from node ids and the seconds that each took."""
    folders: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for nodeid, seconds in durations:
        file = PurePath(nodeid.partition("::")[0])
        folders[str(file.parent)][file.name] += seconds
    totals = {folder: sum(files.values()) for folder, files in folders.items()}
    for folder in sorted(totals, key=totals.__getitem__, reverse=True):
        if totals[folder] >= SHOWN * sum(totals.values()):
            name, seconds = max(folders[folder].items(), key=lambda file: file[1])
            yield f"{totals[folder]:7.1f} s  {folder} ({name}: {seconds:.1f} s)"
