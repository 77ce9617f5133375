"""What a move changes, and in which order the stacks are deployed."""

import pytest

from pay.environments.load import load_environments
from pay.model import Stage
from pay.model.stage.transitions import find_edge
from rollout.moves.stack_changes import commands, stack_changes
from tests.support.checkout import COMMITTED

ENVIRONMENTS = load_environments(COMMITTED)
TEST_12 = ENVIRONMENTS["test-12"]

WORK = (
    "a new revision of the task definition and one in-place update of the service: its tasks take "
    "messages of queues"
)
AT_PEAK = "two in-place updates: scaling holds the peak, and its alarm asks for it"
BELOW = "two in-place updates: scaling may go below the peak again, and its alarm with it"
ALARMS = "two in-place updates: alarms follow the stage (errors, latency)"
ERRORS = "one in-place update: alarms follow the stage (errors)"
ASKED = "one in-place update: DNS asks for {} healthy tasks"


def changes(
    before: str, after: str, name: str = "test-12", service: str = "ledger"
) -> list[tuple[str, str]]:
    environment = ENVIRONMENTS[name]
    edge = find_edge(environment.ladder, Stage(before), Stage(after))
    assert edge is not None
    found = stack_changes(environment, service, edge)
    return [(change.stack.removeprefix(f"{name}-{service}-"), change.shows) for change in found]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("legacy", "dark", [("fargate", "only creates: the whole Fargate side")]),
        (
            "dark",
            "ready",
            [
                ("fargate", WORK),
                (
                    "traffic",
                    "one in-place update, ec2 no weight -> 100; "
                    "one create, the fargate record of weight 0",
                ),
            ],
        ),
        (
            "most",
            "cutover",
            [
                ("traffic", "two in-place updates, ec2 weight 25 -> 0, fargate weight 75 -> 100"),
                ("ec2", ERRORS),
            ],
        ),
        ("cutover", "soak", []),
        (
            "soak",
            "detached",
            [
                ("traffic", "one delete, the ec2 record of weight 0"),
                ("fargate", f"{BELOW}; {ALARMS}"),
            ],
        ),
        ("detached", "retired", [("ec2", "only destroys: the whole EC2 side")]),
        ("dark", "legacy", [("fargate", "only destroys: the whole Fargate side")]),
        (
            "soak",
            "ready",
            [
                ("traffic", "two in-place updates, ec2 weight 0 -> 100, fargate weight 100 -> 0"),
                ("ec2", ERRORS),
            ],
        ),
    ],
)
def test_the_stacks_that_a_move_changes(
    before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    assert changes(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("legacy", "dark", [("fargate", "only creates: the whole Fargate side")]),
        ("dark", "legacy", [("fargate", "only destroys: the whole Fargate side")]),
        (
            "dark",
            "ready",
            [
                (
                    "fargate",
                    f"one in-place update: the load balancer is protected from deletion; {WORK}",
                ),
                (
                    "traffic",
                    "one in-place update, ec2 no weight -> 100; "
                    "one create, the fargate record of weight 0",
                ),
            ],
        ),
        (
            "soak",
            "detached",
            [
                ("traffic", "one delete, the ec2 record of weight 0"),
                ("ec2", "one in-place update: the load balancer may be deleted"),
                ("fargate", f"{BELOW}; {ASKED.format(2)}; {ALARMS}"),
            ],
        ),
        (
            "detached",
            "cutover",
            [
                ("ec2", "one in-place update: the load balancer is protected from deletion"),
                ("fargate", f"{AT_PEAK}; {ASKED.format(3)}; {ALARMS}"),
                ("traffic", "one create, the ec2 record of weight 0"),
            ],
        ),
        ("detached", "retired", [("ec2", "only destroys: the whole EC2 side")]),
    ],
)
def test_the_stacks_that_a_move_changes_where_load_balancers_are_protected(
    before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    assert changes(before, after, "production-2") == expected


def test_a_service_without_messages_changes_its_records_only() -> None:
    assert [stack for stack, _ in changes("dark", "ready", service="publicauth")] == ["traffic"]


def test_scaling_and_its_alarm_stay_where_as_many_tasks_always_run_as_at_peak() -> None:
    tasks = TEST_12.services["toolbox"].tasks
    assert tasks.min == tasks.peak
    records, alarms = changes("soak", "detached", service="toolbox")
    assert records[0] == "traffic"
    assert alarms == ("fargate", ALARMS)


def test_everything_is_looked_at_before_anything_is_deployed() -> None:
    edge = find_edge(TEST_12.ladder, Stage.SOAK, Stage.DETACHED)
    assert edge is not None
    assert commands(stack_changes(TEST_12, "ledger", edge)) == (
        "PAY_STACKS=test-12-ledger-traffic cdktf diff test-12-ledger-traffic",
        "PAY_STACKS=test-12-ledger-fargate cdktf diff test-12-ledger-fargate",
        "PAY_STACKS=test-12-ledger-traffic "
        "cdktf deploy --ignore-missing-stack-dependencies test-12-ledger-traffic",
        "PAY_STACKS=test-12-ledger-fargate "
        "cdktf deploy --ignore-missing-stack-dependencies test-12-ledger-fargate",
    )
