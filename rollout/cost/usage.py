"""Derives what a service and an environment use in a month from the model. No list is kept here.

EC2's instances are in `instances`, because services share them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

from pay.catalogue import CATALOGUE
from pay.catalogue.one_off_tasks import SCHEDULED_HTTP
from pay.model import Environment, LoadBalancerType, Microservice, Side
from pay.model.alarms import Alarm, alarms
from pay.model.environment.account import accounts
from pay.model.environment.instance_types import CPU_UNITS_PER_VCPU, Architecture
from pay.model.metrics import Formula
from pay.model.monitoring.composites import Composite
from pay.model.monitoring.dead_letters import (
    dead_letters_alarm,
    findings_alarm,
    sleep_alarm,
)
from pay.model.monitoring.failed_calls import failed_calls_alarm
from pay.model.monitoring.log_alarms import log_metrics
from pay.model.monitoring.outage import platform_outage
from pay.model.monitoring.service_alarms import alarms_over_both
from pay.model.scaling.side_scaling import scaling_of
from pay.model.service.size import TaskSize
from pay.model.side import ServiceSide
from pay.model.stack_kind import StackScope
from pay.model.stacks import KINDS, MONITORING, OVERVIEW, SLEEP, TASKS
from pay.model.stage.dns_answers import share_at
from pay.smoke.alarms import alarm as canary_alarm
from pay.smoke.targets import targets
from rollout.cost.bill_lines import HOURS, CostPart, Usage, amount

TARGET_TRACKING_ALARMS = 2
"""The billed alarms that Application Auto Scaling creates for each policy. Source: "Target tracking
scaling policies for Application Auto Scaling".
"""

KEYS = {kind: kind.keys for kind in KINDS if "aws_kms_key" in kind.types}
"""Kind of stack -> its KMS keys; a test counts them in the stacks' addresses."""

DAYS_OF_A_MONTH = Decimal(365) / 12
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
WEEK = timedelta(weeks=1)

_FARGATE = {Architecture.ARM64: "fargate-arm", Architecture.X86_64: "fargate-x86"}
_BALANCER = {LoadBalancerType.APPLICATION: "alb", LoadBalancerType.NETWORK: "nlb"}


def part_of(whole: timedelta, time: timedelta) -> Decimal:
    """Return how much of a day or a week some time is, 0 to 1."""
    return Decimal(time // SECOND) / (whole // SECOND)


def awake_part(environment: Environment) -> Decimal:
    """Return how much of the week the tasks of an environment run by its plan, 0 to 1."""
    return part_of(WEEK, environment.sleep.awake_a_week) if environment.sleep else Decimal(1)


def metrics_of(alarm: Alarm) -> int:
    """Return how many metrics an alarm is billed for: each one in its expression (AWS: CloudWatch
    pricing, "Alarms").
    """
    return len(alarm.metric.metrics) if isinstance(alarm.metric, Formula) else 1


def service_usage(environment: Environment, name: str) -> Iterator[Usage]:
    """Yield what a service uses at its stage, without its part of EC2's instances."""
    service, stage = CATALOGUE[name], environment.services[name].stage
    for side in Side:
        if stage.has(side):
            yield from _of_side(ServiceSide(service, environment, side))
    used = partial(Usage, environment.name, service=name, stage=stage)
    if MONITORING.is_wanted(environment):
        yield from _watching(service, environment, used)
    traffic = amount(Decimal(str(environment.traffic_percent)) / 100)
    gigabytes = partial(used, CostPart.LOGS, times=("log_gb_a_service",))
    yield gigabytes("log lines written", item="log-gb", quantity=traffic)
    months = environment.logs.retention_in_days / DAYS_OF_A_MONTH
    stored = gigabytes("log lines kept", item="log-gb-month", quantity=amount(traffic * months))
    yield replace(stored, times=(*stored.times, "log_stored_percent"))


def _of_side(side: ServiceSide) -> Iterator[Usage]:
    environment, service = side.environment, side.service
    stage = side.deployment.stage
    used = partial(Usage, environment.name, service=service.name, side=side.side, stage=stage)
    if side.side is Side.FARGATE:
        yield from _tasks(side, used)
        if environment.sleep:
            tasks = scaling_of(side).min
            yield from _tested(environment, side.size, tasks, "tasks that a test wakes", used)
    kind = _BALANCER[service.load_balancer_type]
    hours = amount(HOURS)
    yield used(CostPart.BALANCERS, "load balancer", item=f"{kind}-hour", quantity=hours)
    share = share_at(environment.ladder, stage, side.side)
    part = Decimal(share.numerator) / share.denominator
    traffic = Decimal(str(environment.traffic_percent)) / 100
    if share:
        yield used(
            CostPart.BALANCERS,
            "capacity units of its part of the requests",
            item=f"{kind}-lcu-hour",
            quantity=amount(part * traffic * HOURS),
            times=("lcus_a_service",),
        )
    own = sum(map(metrics_of, alarms(side)))
    scaling = TARGET_TRACKING_ALARMS * len(scaling_of(side).policies)
    words = f"{own} metrics of alarms" + (f", {scaling} of scaling" if scaling else "")
    yield used(CostPart.ALARMS, words, item="alarm-metric-month", quantity=amount(own + scaling))


def _tasks(side: ServiceSide, used: "partial[Usage]") -> Iterator[Usage]:
    """Yield the hours of tasks that always run, and of those that demand adds.

    Demand adds none while the side must hold the peak. It adds none outside `scaling.day` where a
    service has `night` either, because the schedule lowers the count then. Asleep, none run.
    """
    prefix = _FARGATE[side.environment.architecture]
    vcpus = Decimal(side.size.cpu) / CPU_UNITS_PER_VCPU
    gigabytes = Decimal(side.size.memory_mib) / 1024
    tasks, lowest = side.deployment.tasks, scaling_of(side).min
    has_night = tasks.night is not None and not side.holds_full_peak
    day = part_of(DAY, side.environment.scaling.day_length) if has_night else Decimal(1)
    awake = awake_part(side.environment)
    always = lowest * day + side.needed_tasks * (1 - day)
    always_words = f"{lowest} tasks that always run"
    if has_night:
        always_words = f"{lowest} tasks by day, {side.needed_tasks} at night"
    hours = "" if awake == 1 else f", awake {awake * (WEEK // HOUR):g} hours a week"
    for count, words, times in (
        (always, always_words, ()),
        ((tasks.peak - lowest) * day, "tasks that demand adds", ("scaled_percent",)),
    ):
        for unit, size in (("vcpu", vcpus), ("gb", gigabytes)):
            if count:
                yield used(
                    CostPart.FARGATE,
                    f"{unit.replace('vcpu', 'vCPU').replace('gb', 'GB')}: {words}{hours}",
                    item=f"{prefix}-{unit}-hour",
                    quantity=amount(count * size * HOURS * awake),
                    times=times,
                )


def _watching(
    service: Microservice, environment: Environment, used: "partial[Usage]"
) -> Iterator[Usage]:
    """Yield the alarms over both sides, the metrics of log lines and the dashboard."""
    over_both = alarms_over_both(service, environment).values()
    metrics = sum(metrics_of(each) for each in over_both if isinstance(each, Alarm))
    composites = sum(isinstance(each, Composite) for each in over_both)
    counted = len(log_metrics(service, environment))
    for part, words, item, number in (
        (CostPart.ALARMS, "metrics of alarms over both sides", "alarm-metric-month", metrics),
        (CostPart.ALARMS, "composite alarms", "composite-alarm-month", composites),
        (CostPart.LOGS, "metrics counted from log lines", "metric-month", counted),
        (CostPart.DASHBOARDS, "dashboard", "dashboard-month", 1),
    ):
        if number:
            yield used(part, words, item=item, quantity=amount(number))


def _tested(
    environment: Environment,
    size: TaskSize,
    tasks: int,
    words: str,
    used: "partial[Usage]",
) -> Iterator[Usage]:
    """Yield the hours of tasks on Fargate while each scenario of load tests runs once."""
    if environment.load is None:
        return
    hours = Decimal(sum(each.minutes for each in environment.load.scenarios.values())) / 60
    prefix = _FARGATE[environment.architecture]
    vcpus, gigabytes = Decimal(size.cpu) / CPU_UNITS_PER_VCPU, Decimal(size.memory_mib) / 1024
    for unit, named, number in (("vcpu", "vCPU", vcpus), ("gb", "GB", gigabytes)):
        yield used(
            CostPart.LOAD_TESTS,
            f"{named}: {words}",
            item=f"{prefix}-{unit}-hour",
            quantity=amount(number * tasks * hours),
            times=("load_tests_a_month",),
        )


def shared_alarms(environment: Environment) -> Iterator[Alarm]:
    """Yield the alarms that belong to no service."""
    yield from (canary_alarm(each) for each in targets(environment) if each.every_minutes)
    if OVERVIEW.is_wanted(environment):
        yield platform_outage(environment)
    if TASKS.is_wanted(environment):
        yield dead_letters_alarm(environment)
        yield failed_calls_alarm(environment, SCHEDULED_HTTP)
    if SLEEP.is_wanted(environment):
        yield sleep_alarm(environment)


def account_usage(environments: Iterable[Environment]) -> Iterator[Usage]:
    """Yield what the environments of each account share; the first of them bears it."""
    known = {environment.name: environment for environment in environments}
    for account in accounts(known.values()):
        used = partial(Usage, account.environments[0])
        if account.watching:
            alarm = amount(metrics_of(findings_alarm(account)))
            yield used(
                CostPart.ALARMS, "metrics of alarms of the account", "alarm-metric-month", alarm
            )
        if keys := _keys(StackScope.ACCOUNT, *map(known.__getitem__, account.environments)):
            yield used(CostPart.KEYS, "KMS keys of the account", "kms-key-month", amount(keys))


def _keys(scope: StackScope, *environments: Environment) -> int:
    """Return how many KMS keys an account with these environments has, or one of them."""
    wanted = (kind for kind in KEYS if any(map(kind.is_wanted, environments)))
    return sum(KEYS[kind] for kind in wanted if kind.scope is scope)


def shared_usage(environment: Environment) -> Iterator[Usage]:
    """Yield what all services of an environment share, without EC2's instances."""
    used = partial(Usage, environment.name)
    if OVERVIEW.is_wanted(environment):
        yield used(
            CostPart.DASHBOARDS, "dashboard of all", item="dashboard-month", quantity=amount(1)
        )
    if TASKS.is_wanted(environment):
        words = "metric counted from log lines of calls"
        yield used(CostPart.LOGS, words, item="metric-month", quantity=amount(1))
    if shared := [*shared_alarms(environment)]:
        yield used(
            CostPart.ALARMS,
            "metrics of alarms of the environment",
            item="alarm-metric-month",
            quantity=amount(sum(map(metrics_of, shared))),
        )
    if environment.load:
        yield from _tested(environment, environment.load.size, 1, "the runner", used)
    keys = _keys(StackScope.ENVIRONMENT, environment)
    yield used(CostPart.KEYS, f"{keys} KMS keys", item="kms-key-month", quantity=amount(keys))
    runs = sum(
        Decimal(HOURS * 60) / each.every_minutes
        for each in targets(environment)
        if each.every_minutes
    )
    if runs:
        yield used(
            CostPart.CANARIES,
            "runs on a schedule",
            item="canary-run",
            quantity=amount(runs * awake_part(environment)),
        )
