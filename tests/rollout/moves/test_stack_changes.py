"""What a move changes, and in which order the stacks are deployed."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from pay.environments.load import load_environments
from pay.model import Environment, Stage
from pay.model.environment.monitoring import Notifying
from pay.model.environment.sleep import Sleep
from pay.model.stack_kind import Turn
from pay.model.stacks import SMOKE, Stack, known_stacks
from pay.model.stage.transitions import find_edge
from rollout.moves.stack_changes import commands, stack_changes
from tests.support.checkout import COMMITTED
from tests.support.services import notifying

ENVIRONMENTS = load_environments(COMMITTED)
TEST_12 = ENVIRONMENTS["test-12"]

WATCHING = "monitoring"
"""It has a test of its own, as has the stack of canaries."""
TRIED = SMOKE.stack_id("test-12")

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
    own = [(change.stack.removeprefix(f"{name}-{service}-"), change.shows) for change in found]
    others = (WATCHING, SMOKE.stack_id(name))
    return [(stack, shows) for stack, shows in own if stack not in others]


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


@pytest.mark.parametrize(
    ("service", "scales"),
    [(name, each.tasks.min < each.tasks.peak) for name, each in TEST_12.services.items()],
)
def test_scaling_and_its_alarm_stay_where_as_many_tasks_always_run_as_at_peak(
    service: str, scales: bool
) -> None:
    shown = " ".join(shows for _, shows in changes("soak", "detached", service=service))
    assert ("scaling" in shown) is scales


def test_everything_is_looked_at_before_anything_is_deployed() -> None:
    edge = find_edge(TEST_12.ladder, Stage.SOAK, Stage.DETACHED)
    assert edge is not None
    assert commands(stack_changes(TEST_12, "ledger", edge)) == (
        "PAY_STACKS=test-12-ledger-traffic cdktf diff test-12-ledger-traffic",
        "PAY_STACKS=test-12-ledger-monitoring cdktf diff test-12-ledger-monitoring",
        "PAY_STACKS=test-12-ledger-fargate cdktf diff test-12-ledger-fargate",
        "PAY_STACKS=test-12-ledger-traffic "
        "cdktf deploy --ignore-missing-stack-dependencies test-12-ledger-traffic",
        "PAY_STACKS=test-12-ledger-monitoring "
        "cdktf deploy --ignore-missing-stack-dependencies test-12-ledger-monitoring",
        "PAY_STACKS=test-12-ledger-fargate "
        "cdktf deploy --ignore-missing-stack-dependencies test-12-ledger-fargate",
    )


@pytest.mark.parametrize(
    ("before", "after", "shows"),
    [
        ("legacy", "dark", ""),
        ("dark", "ready", "; 5 creates: alarms over both sides"),
        ("half", "most", "; 1 in-place update: alarms over both sides"),
        ("soak", "detached", "; 5 destroys: alarms over both sides"),
        ("detached", "retired", ""),
    ],
)
def test_what_watches_comes_after_the_records_and_before_a_side_that_goes(
    before: str, after: str, shows: str
) -> None:
    edge = find_edge(TEST_12.ladder, Stage(before), Stage(after))
    assert edge is not None
    found = [(each.stack, each.shows) for each in stack_changes(TEST_12, "ledger", edge)]
    watching = (
        "test-12-ledger-monitoring",
        f"one in-place update: the dashboard names the stage{shows}",
    )
    assert watching in found
    stacks = [stack for stack, _ in found]
    place = stacks.index("test-12-ledger-monitoring")
    assert "test-12-ledger-traffic" not in stacks[place:]
    goes = [stack for stack, text in found if text.startswith("only destroys")]
    assert not set(goes) & set(stacks[:place])


def test_the_table_of_kinds_says_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_early_alarms(environments: Mapping[str, Environment]) -> dict[str, Stack]:
        return {
            id: replace(stack, kind=replace(stack.kind, turn=Turn.ACCOUNT))
            if stack.kind.holds_composite_alarms
            else stack
            for id, stack in known_stacks(environments).items()
        }

    monkeypatch.setattr("rollout.moves.stack_changes.known_stacks", with_early_alarms)
    edge = find_edge(TEST_12.ladder, Stage.HALF, Stage.MOST)
    assert edge is not None
    first, *_ = stack_changes(TEST_12, "ledger", edge)
    assert first.stack == "test-12-ledger-monitoring"


def test_alarms_of_sides_leave_notifying_between_ready_and_cutover() -> None:
    environment = notifying(TEST_12, Notifying.COMPOSITES)

    def notifies(before: str, after: str) -> list[str]:
        edge = find_edge(environment.ladder, Stage(before), Stage(after))
        assert edge is not None
        shown = [each.shows for each in stack_changes(environment, "ledger", edge)]
        return [text for text in shown if "notify" in text]

    assert len(notifies("ready", "canary")) == 2
    assert notifies("canary", "quarter") == []
    assert all("notify again" in text for text in notifies("most", "cutover"))
    assert len(notifies("half", "ready")) == 2


@pytest.mark.parametrize(
    ("before", "after", "service", "shows"),
    [
        ("legacy", "dark", "ledger", "1 in-place update"),
        ("detached", "retired", "ledger", "1 in-place update"),
        ("dark", "ready", "ledger", None),
        ("legacy", "dark", "publicapi", "creates"),
    ],
)
def test_canaries_follow_the_sides_of_what_they_open(
    before: str, after: str, service: str, shows: str | None
) -> None:
    edge = find_edge(TEST_12.ladder, Stage(before), Stage(after))
    assert edge
    told = {each.stack: each.shows for each in stack_changes(TEST_12, service, edge)}
    assert (TRIED in told) is (shows is not None)
    assert shows is None or shows in told[TRIED]


@pytest.mark.parametrize(("before", "after"), [("detached", "cutover"), ("soak", "detached")])
def test_where_terraform_leaves_the_bounds_alone_a_person_registers_them(
    before: str, after: str
) -> None:
    """`pay apply` does it itself; a deploy by hand must not go on to the records without."""
    edge = find_edge(TEST_12.ladder, Stage(before), Stage(after))
    assert edge is not None
    hours = Sleep(timezone="Europe/London", nightly="23:00 for 4h")
    sleeper = TEST_12.model_copy(update={"sleep": hours})
    shown = [each.shows for each in stack_changes(sleeper, "ledger", edge)]
    [side] = [each for each in shown if "--register" in each]
    assert "`pay scaling test-12 ledger --register` after it" in side
    assert "two in-place updates: scaling" not in side
    records = next(n for n, each in enumerate(shown) if "record of weight" in each)
    assert (shown.index(side) < records) is (after == "cutover")
