"""The dashboards as CloudWatch is given them: their names, and what they look up."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from cdktf import TerraformStack

from pay.catalogue import CATALOGUE
from pay.model import Environment, Stage
from pay.model.monitoring.stay import Stay
from pay.monitoring.dashboards import environment_dashboard, service_dashboard
from pay.monitoring.lookups import looked_up_sides
from tests.support.services import at_stage
from tests.support.synthesised import Synthesised, rendered

DASHBOARD = ("aws_cloudwatch_dashboard", "dashboard")
STAY = Stay(since=datetime(2026, 11, 24, 9, 14, tzinfo=UTC), came="By the judge's verdict PASS.")


def of_service(environment: Environment, stage: Stage, stay: Stay | None) -> Synthesised:
    service, moved = CATALOGUE["publicauth"], at_stage(environment, "publicauth", stage)

    def build(stack: TerraformStack) -> None:
        service_dashboard(stack, service, moved, looked_up_sides(stack, service, moved), stay)

    return rendered(build)


@pytest.fixture(scope="module")
def service(environments: Mapping[str, Environment]) -> Synthesised:
    return of_service(environments["production-2"], Stage.HALF, STAY)


@pytest.fixture(scope="module")
def overview(environments: Mapping[str, Environment]) -> Synthesised:
    environment, few = environments["production-2"], ("publicauth", "ledger")
    services = {name: environment.services[name] for name in few}
    smaller = environment.model_copy(update={"services": services})
    return rendered(lambda stack: environment_dashboard(stack, smaller, CATALOGUE.values()))


def widgets(stack: Synthesised) -> list[dict[str, Any]]:
    found = json.loads(stack.resource(*DASHBOARD)["dashboard_body"])["widgets"]
    assert found
    return list(found)


def test_each_dashboard_is_alone_in_its_stack_with_a_name_of_its_own(
    service: Synthesised, overview: Synthesised
) -> None:
    names = [stack.resource(*DASHBOARD)["dashboard_name"] for stack in (service, overview)]
    assert names == ["production-2-publicauth", "production-2"]
    for stack in (service, overview):
        assert stack.addresses == [".".join(DASHBOARD)]


def test_both_sides_are_watched_through_the_load_balancers_that_their_stacks_made(
    service: Synthesised,
) -> None:
    balancers = {id: each["name"] for id, each in service.document["data"]["aws_lb"].items()}
    assert balancers == {
        "ec2_alb": "production-2-publicauth-alb",
        "fargate_alb": "production-2-publicauth-fg-alb",
    }
    body = json.dumps(widgets(service))
    for side in ("ec2", "fargate"):
        assert f"${{data.aws_lb.{side}_alb.arn_suffix}}" in body
        assert f"${{data.aws_lb_target_group.{side}_targets.arn_suffix}}" in body


def test_a_side_without_a_record_is_neither_looked_up_nor_named(
    environments: Mapping[str, Environment],
) -> None:
    stack = of_service(environments["production-2"], Stage.LEGACY, None)
    assert set(stack.document["data"]["aws_lb"]) == {"ec2_alb"}
    assert "fargate_alb" not in stack.resource(*DASHBOARD)["dashboard_body"]


def test_the_stay_of_the_journal_is_shown_and_its_begin_marked(service: Synthesised) -> None:
    shown = [each["properties"] for each in widgets(service)]
    assert any(STAY.came in each.get("markdown", "") for each in shown)
    marked = [mark for each in shown for mark in each.get("annotations", {}).get("vertical", ())]
    assert {mark["value"] for mark in marked} == {"2026-11-24T09:14:00Z"}


def test_the_overview_looks_nothing_up_so_that_no_move_changes_it(overview: Synthesised) -> None:
    assert "data" not in overview.document


def test_the_overview_has_the_environments_services_only(overview: Synthesised) -> None:
    body = json.dumps(widgets(overview))
    shown = {name for name in CATALOGUE if f'"ServiceName", "{name}"' in body}
    assert shown == {"publicauth", "ledger"}
    regions = {each["properties"]["region"] for each in widgets(overview) if "metrics" in str(each)}
    assert regions == {"eu-west-1"}
