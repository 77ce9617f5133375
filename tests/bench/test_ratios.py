"""The ratios of `make bench`, held in CPU seconds, with room for a machine that does other work,
and the memory of one run.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.bench import budgets, estate
from tests.bench.everyday import CHANGES, SETTING, STAGE, Everyday
from tests.bench.more_services import write_environments
from tests.bench.process import Run, can_measure_memory

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tools")]

HAS_OPPONENT = Path(estate.PREBUILT_PYTHON[0]).exists()
NOTHING = "from nothing"
TIMES = 8
"""Services of the larger estate for one of the smaller."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run from nothing."""
    return estate.synthesise(estate.MAIN, tmp_path_factory.mktemp("first"))


@pytest.mark.skipif(not can_measure_memory(), reason="only Linux shows the memory of a tree")
def test_the_whole_estate_takes_at_most_its_budget_of_memory(first: Run) -> None:
    assert 0 < first.peak_mb <= budgets.WHOLE_ESTATE_MB


@pytest.fixture(scope="module")
def times_cheaper(tmp_path_factory: pytest.TempPathFactory, first: Run) -> Mapping[str, float]:
    """Return how many times as much as each of our runs the opponent costs from nothing.

    Other work on the machine makes a run dearer and never cheaper. So the cheaper one of two runs
    after a change counts, one before the opponent and one after it.
    """
    folders = (tmp_path_factory.mktemp(name) for name in ("files", "reused", "prebuilt"))
    environments, reused, prebuilt = folders
    everyday = Everyday(environments, reused, memory=False)
    before = {title: everyday.after(title) for title in CHANGES}
    opponent = estate.synthesise(estate.PLAINLY_ON_PREBUILT, prebuilt, memory=False).cpu_seconds
    after = {title: everyday.after(title) for title in CHANGES}
    ours = {NOTHING: first.cpu_seconds} | {
        title: min(before[title].cpu_seconds, after[title].cpu_seconds) for title in CHANGES
    }
    return {title: opponent / cost for title, cost in ours.items()}


@pytest.mark.skipif(not HAS_OPPONENT, reason="`make test` installs .venv-prebuilt")
@pytest.mark.parametrize(
    ("title", "least"),
    [
        (NOTHING, budgets.TIMES_CHEAPER_FROM_NOTHING),
        (STAGE, budgets.TIMES_CHEAPER_AFTER_A_STAGE),
        (SETTING, budgets.TIMES_CHEAPER_AFTER_A_SETTING),
    ],
)
def test_a_synthesis_costs_a_fraction_of_the_prebuilt_package(
    times_cheaper: Mapping[str, float], title: str, least: float
) -> None:
    assert times_cheaper[title] >= least


def test_a_stack_costs_less_with_eight_times_the_services(tmp_path: Path) -> None:
    """Of one environment, where the start is a large part: a cost that grows with the square of the
    services would cost a stack of many more than that start.
    """
    cost = dict[int, float]()
    for times in (1, TIMES):
        files, out = tmp_path / f"files-{times}", tmp_path / f"out-{times}"
        files.mkdir()
        write_environments(estate.ENVIRONMENTS, files, times)
        command = (*estate.PYTHON, estate.RUN_MAIN, "--services", str(times))
        run = estate.synthesise(
            command, out, stacks="production-2-*", environments=files, memory=False
        )
        cost[times] = run.cpu_seconds / estate.Written.below(out).stacks
    assert cost[TIMES] <= budgets.COST_OF_A_STACK_OF_MANY * cost[1]
