"""The share of the pure packages that tests run, and the share that they must run.

Measured without what collects the tests, and without the e2e ones: to trace that takes long and
adds nothing pure.
"""

import importlib
import io
import pkgutil
from collections.abc import Mapping

import coverage

FLOORS: Mapping[str, int] = {
    "pay/catalogue": 99,
    "pay/containers": 99,
    "pay/environments": 97,
    "pay/hcl": 97,
    "pay/iam": 99,
    "pay/model": 99,
    "pay/secrets": 98,
    "rollout/guard": 98,
    "rollout/moves": 98,
    "rollout/plans": 95,
    "rollout/review": 94,
    "rollout/schedule": 99,
}
"""Folder -> percent of its lines, just below today's, so that new code without a test fails."""


def import_all() -> None:
    """Import the modules of the pure packages, whose definitions run once."""
    for folder in FLOORS:
        package = importlib.import_module(folder.replace("/", "."))
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def shares(measured: coverage.Coverage) -> dict[str, float]:
    """Return the percent of each folder's lines that ran."""
    return {
        folder: measured.report(include=[f"*/{folder}/*"], file=io.StringIO()) for folder in FLOORS
    }


def report(percents: Mapping[str, float]) -> list[str]:
    """Return a line for each folder."""
    return [
        f"{percents[folder]:6.1f} %  {folder}"
        + (f": TOO LITTLE, {floor} % is required" if percents[folder] < floor else "")
        for folder, floor in FLOORS.items()
    ]


def are_reached(percents: Mapping[str, float]) -> bool:
    return all(percents[folder] >= floor for folder, floor in FLOORS.items())
