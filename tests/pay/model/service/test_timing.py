"""Whatever a service's longest request, no deployment and no idle timeout cuts it off."""

from hypothesis import given
from hypothesis import strategies as st

from pay.catalogue import CATALOGUE
from pay.model import Timing
from pay.model.service.timing import (
    CLIENT_KEEP_ALIVE_SECONDS,
    DATABASE_DNS_SECONDS,
    DATABASE_FAILOVER_SECONDS,
    LONGEST_REQUEST_SECONDS,
    HealthCheck,
    outlasting,
)
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


def becomes_unhealthy(check: HealthCheck, outage_seconds: int) -> bool:
    """Whether, for some moment of its begin, an outage ends with the target counted as unhealthy.

    The target is checked each interval, and fails from the first second of the outage to its last.
    """
    return outage_seconds // check.interval_seconds + 1 >= check.unhealthy_threshold


@given(st.integers(60, 2000))
def test_a_check_that_outlasts_an_outage_never_counts_its_targets_as_unhealthy(
    seconds: int,
) -> None:
    assert not becomes_unhealthy(outlasting(seconds), seconds)


@given(st.integers(60, 2000))
def test_it_asks_no_less_often_than_that_needs(seconds: int) -> None:
    check = outlasting(seconds)
    sooner = check.model_copy(update={"interval_seconds": check.interval_seconds - 1})
    assert becomes_unhealthy(sooner, seconds)


def test_no_failover_of_a_database_replaces_a_task() -> None:
    """Both sides ask the same database, so all their tasks fail at once."""
    failover = DATABASE_FAILOVER_SECONDS + DATABASE_DNS_SECONDS
    assert becomes_unhealthy(HealthCheck(), failover)
    asking = [service for service in CATALOGUE.values() if service.database]
    assert len(asking) == 6
    for service in asking:
        assert not becomes_unhealthy(service.health_check, failover), service.name


def test_a_task_that_nobody_waits_for_is_found_within_half_a_minute() -> None:
    for service in CATALOGUE.values():
        if service.database is None:
            check = service.health_check
            assert check.interval_seconds * check.unhealthy_threshold <= 30


def test_a_new_task_of_a_failing_release_is_judged_within_its_grace_period() -> None:
    """Patience costs a deployment no time: ECS ignores the checks of a starting task anyway."""
    for service in CATALOGUE.values():
        check = service.health_check
        slowest = check.interval_seconds * check.unhealthy_threshold
        assert slowest <= service.timing.health_check_grace_period_seconds, service.name
