"""The ratios of `make bench`, held in CPU seconds, with room for a machine that does other work."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from tests.bench import budgets, estate
from tests.bench.everyday import SETTING, STAGE, Everyday
from tests.bench.more_services import write_environments

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tools")]

HAS_OPPONENT = Path(estate.PREBUILT_PYTHON[0]).exists()
NOTHING = "from nothing"
TIMES = 8
"""Services of the larger estate for one of the smaller."""


@pytest.fixture(scope="module")
def times_cheaper(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, float]:
    """Return how many times as much as each of our runs the opponent costs from nothing.

    The opponent runs once, between two rounds of ours. The cheaper round counts: other work on the
    machine makes a run dearer and never cheaper.
    """
    folders = (tmp_path_factory.mktemp(name) for name in ("files", "reused", "new", "prebuilt"))
    environments, reused, new, prebuilt = folders
    everyday = Everyday(environments, reused)
    runs = {
        NOTHING: partial(estate.synthesise, estate.MAIN, new),
        STAGE: partial(everyday.after, STAGE),
        SETTING: partial(everyday.after, SETTING),
    }
    before = {title: run().cpu_seconds for title, run in runs.items()}
    opponent = estate.synthesise(estate.PLAINLY_ON_PREBUILT, prebuilt).cpu_seconds
    after = {title: run().cpu_seconds for title, run in runs.items()}
    return {title: opponent / min(before[title], after[title]) for title in runs}


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
        run = estate.synthesise(command, out, stacks="production-2-*", environments=files)
        cost[times] = run.cpu_seconds / estate.Written.below(out).stacks
    assert cost[TIMES] <= budgets.COST_OF_A_STACK_OF_MANY * cost[1]
