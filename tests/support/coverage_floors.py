"""How much of the pure packages the tests run, and the least that they have to."""

import io
from collections.abc import Mapping

import coverage

FLOORS: Mapping[str, int] = {
    "pay/catalogue": 0,
    "pay/containers": 0,
    "pay/environments": 0,
    "pay/hcl": 0,
    "pay/iam": 0,
    "pay/model": 0,
    "pay/secrets": 0,
    "rollout/guard": 0,
    "rollout/moves": 0,
    "rollout/plans": 0,
    "rollout/review": 0,
    "rollout/schedule": 0,
}
"""Folder -> percent of its lines; just below what is covered, so that untested code fails."""


def shares(measured: coverage.Coverage) -> dict[str, float]:
    """The percent of each folder's lines that ran."""
    return {
        folder: measured.report(include=[f"*/{folder}/*"], file=io.StringIO()) for folder in FLOORS
    }


def report(percents: Mapping[str, float]) -> tuple[list[str], bool]:
    """A line for each folder, and whether all reach their floors."""
    lines = [
        f"{percents[folder]:6.1f} %  {folder}"
        + (
            f": at least {floor} % is required; test what is new"
            if percents[folder] < floor
            else ""
        )
        for folder, floor in FLOORS.items()
    ]
    return lines, all(percents[folder] >= floor for folder, floor in FLOORS.items())
