"""Shares of work in processes of their own."""

import atexit
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from pay import processes
from pay.processes import in_processes, processes_for


def total(share: Sequence[int]) -> tuple[int, int]:
    return sum(share), os.getpid()


def test_returns_results_in_the_order_of_the_shares() -> None:
    results = in_processes(total, [[1, 2], [3], [4, 5]])
    assert [result for result, _ in results] == [3, 3, 9]
    assert len({os.getpid(), *(process for _, process in results)}) == 4


def test_does_a_single_share_in_this_process() -> None:
    assert in_processes(total, [[1, 2]]) == [(3, os.getpid())]


def test_refuses_to_go_on_without_a_share(capfd: pytest.CaptureFixture[str]) -> None:
    def fail(share: int) -> int:
        return 1 // share

    with pytest.raises(RuntimeError, match="ended with 1"):
        in_processes(fail, [1, 0])
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_runs_exit_functions_of_the_work_and_none_of_its_parent(tmp_path: Path) -> None:
    """jsii stops Node and deletes its temporary folder in one."""
    parent = os.getpid()

    def in_child() -> None:
        if os.getpid() != parent:
            (tmp_path / "of the parent").touch()

    def work(share: str) -> None:
        atexit.register((tmp_path / share).touch)

    atexit.register(in_child)
    try:
        in_processes(work, ["one", "two"])
    finally:
        atexit.unregister(in_child)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["one", "two"]


@pytest.mark.parametrize(
    ("cores", "items", "expected"),
    [(1, 230, 1), (2, 230, 2), (2, 79, 1), (2, 80, 2), (64, 1840, 2)],
)
def test_starts_as_many_as_pay_off(
    cores: int, items: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "jsii", raising=False)
    monkeypatch.setattr(processes, "cores", lambda: cores)
    assert processes_for(items, at_least_each=40) == expected


def test_starts_none_beside_a_process_that_talks_to_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsii", sys)
    monkeypatch.setattr(processes, "cores", lambda: 8)
    assert processes_for(230, at_least_each=40) == 1
