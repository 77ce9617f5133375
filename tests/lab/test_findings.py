"""The lab detects each fault in invented states and requests."""

from lab.findings import LabFault, findings
from tests.lab.stories import Story

DRAIN_SECONDS = 5.0


def faults(story: Story) -> list[LabFault]:
    return [finding.fault for finding in findings(story.traffic, DRAIN_SECONDS)]


def test_a_right_walk_has_none() -> None:
    story = Story().then(None, -1, fargate=None).then(None, -1).then(100, -1).then(100, 0)
    story.then(95, 0).then(95, 5).then(0, 5).then(0, 100).then(-1, 100)
    story.then(-1, 100, ec2=None, after=DRAIN_SECONDS + 1)
    assert faults(story) == []


def test_finds_a_failed_request() -> None:
    story = Story().then(100, 0)
    story.request(0, None, "refused")
    assert faults(story) == [LabFault.REQUEST_FAILED]


def test_finds_a_name_without_a_record() -> None:
    assert LabFault.NAME_GONE in faults(Story().then(-1, 100).then(-1, -1).then(-1, 100))


def test_finds_weights_that_sum_to_0() -> None:
    assert faults(Story().then(0, 100).then(0, 0).then(100, 0)) == [LabFault.ALL_ZERO]


def test_finds_a_record_that_was_replaced() -> None:
    assert faults(Story().then(50, 50).then(-1, 50).then(50, 50)) == [LabFault.RECORD_GONE]


def test_finds_an_idle_side_that_was_scaled_in() -> None:
    assert faults(Story().then(0, 100).then(0, 100, ec2=1)) == [LabFault.NO_CAPACITY]


def test_finds_a_standby_on_fargate_that_was_scaled_in() -> None:
    assert faults(Story().then(100, 0, fargate=1)) == [LabFault.NO_CAPACITY]


def test_lets_fargate_scale_in_once_it_is_alone() -> None:
    assert faults(Story().then(-1, 100, fargate=1, ec2=None)) == []


def test_finds_a_load_balancer_that_went_with_its_record() -> None:
    assert faults(Story().then(0, 100).then(-1, 100, ec2=None)) == [LabFault.DESTROYED_TOO_SOON]


def test_finds_tasks_that_went_before_the_clients() -> None:
    story = Story().then(0, 100).then(-1, 100).then(-1, 100, ec2=0, after=DRAIN_SECONDS - 1)
    assert faults(story) == [LabFault.DESTROYED_TOO_SOON]
