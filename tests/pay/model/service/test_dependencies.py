"""What a service may say about what it needs."""

import pytest

from pay.model import Access, BucketUse, Call, CallStyle, QueueUse, TaskRun
from tests.support.problems import only, refusal


@pytest.mark.parametrize("access", [{Access.READ}, {Access.SEND, Access.WRITE}, set()])
def test_refuses_to_read_or_write_a_queue(access: set[Access]) -> None:
    problem = only(refusal(lambda: QueueUse(name="q", variable="Q", access=frozenset(access))))
    assert (problem.key, problem.allowed) == ("access", "receive and send, one or both")


@pytest.mark.parametrize("access", [{Access.SEND}, set()])
def test_refuses_to_send_to_a_bucket(access: set[Access]) -> None:
    problem = only(refusal(lambda: BucketUse(name="b", variable="B", access=frozenset(access))))
    assert (problem.key, problem.allowed) == ("access", "read and write, one or both")


def test_refuses_a_java_proxy_in_a_variable() -> None:
    problem = only(
        refusal(lambda: Call(service="egress", variables=("P",), style=CallStyle.JAVA_PROXY))
    )
    assert (problem.key, problem.found) == ("variables", "P")


@pytest.mark.parametrize("style", [CallStyle.URL, CallStyle.HTTP_PROXY])
def test_refuses_a_call_that_nobody_is_told_the_address_of(style: CallStyle) -> None:
    problem = only(refusal(lambda: Call(service="ledger", style=style)))
    assert (problem.key, problem.found) == ("variables", "none")


def test_a_task_run_names_its_three_variables() -> None:
    run = TaskRun(
        family="f",
        task_definition_variable="A",
        subnets_variable="B",
        security_groups_variable="C",
    )
    assert run.variables == ("A", "B", "C")
