"""Whatever a service's longest request, no deployment and no idle timeout cuts it off."""

from hypothesis import given
from hypothesis import strategies as st

from pay.model import Timing
from pay.model.service.timing import CLIENT_KEEP_ALIVE_SECONDS, LONGEST_REQUEST_SECONDS
from tests.support.problems import only, refusal

timings = st.builds(
    Timing,
    longest_request_seconds=st.integers(1, LONGEST_REQUEST_SECONDS),
    start_seconds=st.integers(1, 600),
)


@given(timings)
def test_the_load_balancer_waits_longer_than_the_longest_request(timing: Timing) -> None:
    assert timing.idle_timeout_seconds > timing.longest_request_seconds


@given(timings)
def test_the_target_keeps_a_connection_longer_than_the_load_balancer(timing: Timing) -> None:
    assert timing.idle_timeout_seconds < timing.target_keep_alive_seconds


@given(timings)
def test_a_leaving_task_may_finish_its_longest_request(timing: Timing) -> None:
    assert timing.deregistration_delay_seconds > timing.longest_request_seconds
    assert timing.longest_request_seconds < timing.stop_timeout_seconds <= 120


@given(timings)
def test_the_grace_period_covers_the_start(timing: Timing) -> None:
    assert timing.health_check_grace_period_seconds > timing.start_seconds


def test_refuses_a_request_longer_than_the_connection_under_it() -> None:
    problem = only(refusal(lambda: Timing(longest_request_seconds=61)))
    assert (problem.key, problem.found) == ("longest_request_seconds", "61")


def test_refuses_a_target_that_closes_before_the_load_balancer() -> None:
    problem = only(
        refusal(lambda: Timing(longest_request_seconds=60, target_keep_alive_seconds=65))
    )
    assert (problem.key, problem.found) == ("target_keep_alive_seconds", "65")
    assert "idle timeout of 65" in problem.allowed


def test_a_client_stays_on_a_connection_within_the_range_of_aws() -> None:
    assert 60 <= CLIENT_KEEP_ALIVE_SECONDS <= 604800
