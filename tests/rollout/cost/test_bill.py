"""A bill adds up to the cent, however it is read, and knows what has no price."""

from collections.abc import Mapping
from decimal import Decimal
from operator import attrgetter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.catalogue import CATALOGUE
from pay.model import Architecture, Environment, Segment, Side, Stage
from pay.model.alarms import alarms
from pay.model.environment.scaling import ServiceScaling
from pay.model.environment.sleep import Sleep
from pay.model.side import ServiceSide
from pay.model.stack_kind import StackScope
from pay.model.stacks import KINDS
from pay.smoke.targets import targets
from rollout.cost.assumptions import Assumptions
from rollout.cost.bill import Bill, Pricing, all_at, at_stages, bill, grouped
from rollout.cost.bill_lines import CostPart, cents, missing, total
from rollout.cost.instances import counts_needed, groups
from rollout.cost.price_file import PriceList
from rollout.cost.usage import (
    KEYS,
    TARGET_TRACKING_ALARMS,
    account_usage,
    metrics_of,
    service_usage,
    shared_alarms,
    shared_usage,
)
from tests.conftest import ROOT

METRIC_FILTER = "aws_cloudwatch_log_metric_filter"


def of_part(found: Bill, *parts: CostPart) -> Decimal:
    return total(line for line in found.lines if line.usage.part in parts)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sleep=st.sampled_from([None, Sleep(timezone="Europe/London", nightly="23:00 for 4h")]),
    stages=st.lists(st.sampled_from(Stage), min_size=len(CATALOGUE), max_size=len(CATALOGUE)),
)
def test_every_way_to_add_up_gives_the_same_cent(
    environments: Mapping[str, Environment],
    pricing: Pricing,
    sleep: Sleep | None,
    stages: list[Stage],
) -> None:
    """At any stages: by service, by part, by side and by stage; allocation and idle room are what
    AWS bills for the instances.
    """
    production = environments["production-2"].model_copy(update={"sleep": sleep})
    there = at_stages(production, dict(zip(production.services, stages, strict=False)))
    found = bill([there], pricing)
    assert found.missing == ()
    for key in ("service", "part", "side", "stage"):
        parts = grouped(found.lines, attrgetter(key))
        assert sum(total(lines) for _, lines in parts) == found.usd, key
    for each in found.instances:
        assert each.idle.usd is not None
        assert total(each.allocated) + each.idle.usd == each.usd == total(each.billed)
        assert each.idle.usd >= 0
    assert found.usd == found.usd.quantize(Decimal("0.01"))


def test_production_costs_what_was_worked_out_by_hand(
    environments: Mapping[str, Environment], pricing: Pricing
) -> None:
    before = bill([all_at(environments["production-2"], Stage.LEGACY)], pricing)
    during = bill([all_at(environments["production-2"], Stage.HALF)], pricing)
    # 6 x (730 x 0.7276 + 50 x 0.088) and 6 x (730 x 0.3638 + 50 x 0.088)
    assert [each.usd for each in before.instances] == [Decimal("3213.29"), Decimal("1619.84")]
    assert of_part(before, CostPart.EC2, CostPart.IDLE) == Decimal("4833.13")
    assert of_part(during, CostPart.FARGATE) == Decimal("1706.41")
    # egress: 6 tasks of 1 vCPU and 2 GB weigh 11 each; 6 instances of 8 vCPU and 32 GB 104 each.
    egress = [line for line in before.instances[1].allocated if line.usage.service == "egress"]
    assert total(egress) == Decimal("171.33")
    spare = [(each.group.packed, each.group.spare_zone) for each in before.instances]
    assert spare == [(3, 5), (3, 5)]
    lines = [pricing.of_group(each.group, each.group.spare_zone) for each in before.instances]
    assert sum(map(total, lines)) == Decimal("4027.61")


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_service_on_both_sides_costs_both_sides(
    environments: Mapping[str, Environment], pricing: Pricing, name: str
) -> None:
    """The EC2 side costs what it did, with fewer capacity units; the Fargate side what it will."""
    environment = environments["production-2"]
    sums: dict[tuple[Stage, Side], Decimal] = {}
    for stage in (Stage.LEGACY, Stage.HALF, Stage.SOAK):
        there = bill([all_at(environment, stage)], pricing)
        own = [line for line in there.lines if line.usage.service == name]
        for side in Side:
            sums[stage, side] = total(
                line
                for line in own
                if line.usage.side is side and "lcus_a_service" not in line.usage.times
            )
        shared = total(
            line for line in own if not line.usage.side or "lcus_a_service" in line.usage.times
        )
        assert total(own) == sums[stage, Side.EC2] + sums[stage, Side.FARGATE] + shared
    assert sums[Stage.HALF, Side.EC2] == sums[Stage.LEGACY, Side.EC2] > 0
    assert sums[Stage.HALF, Side.FARGATE] == sums[Stage.SOAK, Side.FARGATE] > 0


def test_double_running_is_fargate_beside_ec2(
    environments: Mapping[str, Environment], pricing: Pricing
) -> None:
    for stage in Stage:
        found = bill([all_at(environments["test-12"], stage)], pricing)
        fargate = total(line for line in found.lines if line.usage.side is Side.FARGATE)
        assert total(found.double_running) == (fargate if stage.has_ec2 else 0), stage


def test_x86_tasks_are_priced_as_x86(
    environments: Mapping[str, Environment], pricing: Pricing
) -> None:
    """Another tool prices Graviton as x86, 25 % too high."""
    arm = all_at(environments["production-2"], Stage.HALF)
    x86 = arm.model_copy(update={"architecture": Architecture.X86_64})
    assert of_part(bill([arm], pricing), CostPart.FARGATE) == Decimal("1706.41")
    assert of_part(bill([x86], pricing), CostPart.FARGATE) == Decimal("2132.59")


def test_a_missing_price_is_named_and_never_zero(
    environments: Mapping[str, Environment], shipped: PriceList, figures: Assumptions
) -> None:
    found = bill(environments.values(), Pricing(shipped, figures))
    assert set(found.missing) == {
        *("canary-run", "composite-alarm-month", "dashboard-month"),
        *("kms-key-month", "nlb-hour", "nlb-lcu-hour"),
    }
    unpriced = [line for line in found.lines if line.usage.item in found.missing]
    assert unpriced
    assert all(line.usd is None for line in unpriced)


def test_instances_without_a_price_leave_their_parts_without_one(
    environments: Mapping[str, Environment], complete: PriceList, figures: Assumptions
) -> None:
    left = {item: row for item, row in complete.price.items() if "m7g-4xlarge" not in item}
    prices = complete.model_copy(update={"price": left})
    found = bill([environments["production-2"]], Pricing(prices, figures))
    assert found.missing == ("ec2-m7g-4xlarge-hour",)
    cde = next(each for each in found.instances if each.group.segment is Segment.CDE)
    assert cde.usd is None
    assert cde.idle.usd is None
    assert missing(cde.allocated) == ("ec2-m7g-4xlarge-hour",)


def test_tasks_that_scale_cost_between_min_and_peak(
    environments: Mapping[str, Environment], complete: PriceList, figures: Assumptions
) -> None:
    after = all_at(environments["production-2"], Stage.RETIRED)
    costs = []
    for percent in (0, 30, 100):
        changed = figures.model_copy(update={"scaled_percent": Decimal(percent)})
        costs.append(of_part(bill([after], Pricing(complete, changed)), CostPart.FARGATE))
    assert costs[0] == Decimal("1019.51")
    # Each line is rounded to the cent, and there are two where tasks scale.
    assert abs(costs[2] - Decimal("1706.41")) < Decimal("0.2")
    assert abs(costs[1] - (costs[0] + (costs[2] - costs[0]) * Decimal("0.3"))) < Decimal("0.2")


def test_load_tests_cost_their_runner_and_the_tasks_that_they_wake(
    environments: Mapping[str, Environment], complete: PriceList, figures: Assumptions
) -> None:
    """An hour of scenarios, four times a month, by 2 vCPU and 4 GB."""
    environment = environments["test-perf-1"]
    assert environment.load is not None
    assert sum(each.minutes for each in environment.load.scenarios.values()) == 60
    awake = environment.model_copy(update={"sleep": None})
    assert of_part(bill([awake], Pricing(complete, figures)), CostPart.LOAD_TESTS) == sum(
        cents(4 * amount * Decimal(price)) for amount, price in ((2, "0.03238"), (4, "0.00356"))
    )
    often = figures.model_copy(update={"load_tests_a_month": Decimal(8)})
    once, twice = (
        of_part(bill([environment], Pricing(complete, each)), CostPart.LOAD_TESTS)
        for each in (figures, often)
    )
    assert once > 1
    assert abs(twice - 2 * once) < Decimal("0.05")
    never = environment.model_copy(update={"load": None})
    assert of_part(bill([never], Pricing(complete, figures)), CostPart.LOAD_TESTS) == 0


def test_a_group_without_services_needs_no_instance(
    environments: Mapping[str, Environment],
) -> None:
    there = all_at(environments["production-2"], Stage.RETIRED)
    assert counts_needed(there, Segment.CDE) == (0, 0)
    assert [each.configured for each in groups(there)] == [6, 6]


def golden(kind: str) -> dict[str, int]:
    """Stack -> how many resources of a type it has, from the list of all addresses."""
    found: dict[str, int] = {}
    for line in (ROOT / "tests/golden/addresses.txt").read_text().splitlines():
        stack, _, address = line.partition(": ")
        if address.startswith(f"{kind}."):
            found[stack] = found.get(stack, 0) + 1
    return found


def test_keys_are_those_of_the_stacks() -> None:
    assert {kind.name: number for kind, number in KEYS.items()} == golden("aws_kms_key")


def test_the_first_environment_of_an_account_bears_what_its_environments_share(
    environments: Mapping[str, Environment],
) -> None:
    watched = environments["production-2"]
    second = watched.model_copy(update={"name": "production-3"})
    parts = {usage.part: usage for usage in account_usage([watched, second])}
    assert parts.keys() == {CostPart.ALARMS, CostPart.KEYS}
    assert {usage.environment for usage in parts.values()} == {"production-2"}
    assert parts[CostPart.ALARMS].quantity == golden("aws_cloudwatch_metric_alarm")["watching"]
    assert [*account_usage([environments["staging-2"]])] == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_an_alarm_is_priced_for_each_of_its_metrics(
    environments: Mapping[str, Environment], name: str
) -> None:
    """Scaling on Fargate makes two more of one metric."""
    there = all_at(environments["production-2"], Stage.HALF)
    used = [
        usage
        for usage in service_usage(there, name)
        if usage.part is CostPart.ALARMS and usage.side is not None
    ]
    for side, more in ((Side.EC2, 0), (Side.FARGATE, TARGET_TRACKING_ALARMS)):
        own = alarms(ServiceSide(CATALOGUE[name], there, side))
        billed = sum(usage.quantity for usage in used if usage.side is side)
        assert billed == sum(map(metrics_of, own)) + more
        assert billed > len(own) + more  # at least one alarm is a formula
        assert len(own) == golden("aws_cloudwatch_metric_alarm").get(f"{name}-{side}", len(own))


def test_the_alarm_on_errors_counts_four_times(environments: Mapping[str, Environment]) -> None:
    """Four metrics in its formula, one in each of the other two, and two of scaling."""
    there = all_at(environments["production-2"], Stage.HALF)
    billed = {
        usage.side: usage.quantity
        for usage in service_usage(there, "connector")
        if usage.part is CostPart.ALARMS and usage.side is not None
    }
    assert billed == {Side.EC2: 6, Side.FARGATE: 8}


def with_tasks(environment: Environment, name: str, **tasks: int) -> Environment:
    """Return the environment with other numbers of tasks of a service that has moved."""
    deployment = environment.services[name]
    changes = {"stage": Stage.RETIRED, "tasks": deployment.tasks.model_copy(update=tasks)}
    services = {**environment.services, name: deployment.model_copy(update=changes)}
    return environment.model_copy(update={"services": services})


def task_hours(environment: Environment, name: str) -> tuple[Decimal, Decimal]:
    """Return the vCPU hours that always run, and those that demand adds."""
    used = [
        usage
        for usage in service_usage(environment, name)
        if usage.part is CostPart.FARGATE and usage.item.endswith("vcpu-hour")
    ]
    return (
        sum((usage.quantity for usage in used if not usage.times), Decimal(0)),
        sum((usage.quantity for usage in used if usage.times), Decimal(0)),
    )


def test_tasks_at_night_run_at_night_alone(environments: Mapping[str, Environment]) -> None:
    """Of 24 hours, 16.25 are day: `min` run then, and demand adds to them; `night` run in the rest.

    Not `night` around the clock: that counts too few tasks by day.
    """
    production = environments["production-2"]
    always, added = task_hours(with_tasks(production, "connector", min=9, peak=15), "connector")
    a_task = always / 9
    assert added == 6 * a_task
    at_night = with_tasks(production, "connector", min=9, peak=15, night=4)
    always, added = task_hours(at_night, "connector")
    day = Decimal("16.25") / 24
    assert abs(always - a_task * (9 * day + 4 * (1 - day))) < Decimal("0.001")
    assert abs(added - a_task * 6 * day) < Decimal("0.001")


def test_a_side_that_holds_the_peak_has_no_night(environments: Mapping[str, Environment]) -> None:
    there = with_tasks(environments["production-2"], "connector", min=9, peak=15, night=4)
    pinned = at_stages(there, {"connector": Stage.HALF})
    usual = at_stages(environments["production-2"], {"connector": Stage.HALF})
    assert task_hours(pinned, "connector") == task_hours(usual, "connector")


@pytest.mark.parametrize(
    ("sleep", "awake"),
    [
        ({"nightly": "23:00 for 4h"}, "28"),
        ({"nightly": "23:00 for 4h", "wakes": ("Sun 12:00 for 95m databases",)}, "28"),
        ({"wakes": ("Mon-Fri 09:00 for 8h30m", "Sun 12:00 for 2h")}, "44.5"),
        ({"wakes": ("Sun 03:15 UTC for 95m databases",)}, "0"),
    ],
    ids=["nightly", "databases beside it", "some days", "never by plan"],
)
def test_an_environment_asleep_pays_for_tasks_while_it_is_awake(
    environments: Mapping[str, Environment], pricing: Pricing, sleep: dict[str, object], awake: str
) -> None:
    """Balancers, keys and EC2's instances run on: instances without tasks are idle room."""
    there = all_at(environments["test-perf-1"], Stage.HALF)
    always = there.model_copy(update={"sleep": None})
    asleep = there.model_copy(
        update={"sleep": Sleep.model_validate({"timezone": "Europe/London", **sleep})}
    )
    before, after = (bill([each], pricing) for each in (always, asleep))
    part = Decimal(awake) / 168
    lines = len(before.lines)
    for name in (CostPart.FARGATE, CostPart.EC2):
        assert abs(of_part(after, name) - of_part(before, name) * part) < lines * Decimal("0.01")
    for name in (CostPart.BALANCERS, CostPart.LOGS):
        assert of_part(after, name) == of_part(before, name)
    assert [each.usd for each in after.instances] == [each.usd for each in before.instances]
    assert of_part(after, CostPart.EC2, CostPart.IDLE) == of_part(
        before, CostPart.EC2, CostPart.IDLE
    )


def test_each_policy_of_scaling_has_its_two_alarms(
    environments: Mapping[str, Environment],
) -> None:
    environment = environments["production-2"]
    changes = {"scaling": ServiceScaling(requests_per_task=500), "stage": Stage.RETIRED}
    deployment = environment.services["connector"].model_copy(update=changes)
    services = {**environment.services, "connector": deployment}
    both = environment.model_copy(update={"services": services})
    numbers = []
    for each in (all_at(environment, Stage.RETIRED), both):
        used = service_usage(each, "connector")
        numbers.append(
            sum(
                usage.quantity
                for usage in used
                if usage.part is CostPart.ALARMS and usage.side is Side.FARGATE
            )
        )
    assert numbers[1] == numbers[0] + TARGET_TRACKING_ALARMS


@pytest.mark.parametrize("name", ["production-2", "test-perf-1"])
def test_the_shared_alarms_are_those_of_the_stacks(
    environments: Mapping[str, Environment], name: str
) -> None:
    """The stacks' own addresses count them; of canaries those with a schedule have one."""
    environment = environments[name]
    shared = [
        kind for kind in KINDS if kind.scope is StackScope.ENVIRONMENT and not kind.holds_canaries
    ]
    ends = [kind.ends or kind.name for kind in shared if kind.is_wanted(environment)]
    alarms_of, counts_of = golden("aws_cloudwatch_metric_alarm"), golden(METRIC_FILTER)
    scheduled = [each for each in targets(environment) if each.every_minutes]
    found = [*shared_alarms(environment)]
    assert len(found) == sum(alarms_of.get(end, 0) for end in ends) + len(scheduled)
    counted = [each for each in shared_usage(environment) if each.item == "metric-month"]
    assert sum(each.quantity for each in counted) == sum(counts_of.get(end, 0) for end in ends)
