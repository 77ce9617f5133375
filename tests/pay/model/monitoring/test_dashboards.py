"""The dashboards of services and environments are ones that AWS takes, at every stage."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, InvalidInput, Side, Stage
from pay.model.metrics import Dimension
from pay.model.monitoring.dashboard import Graph, GraphLine, Text, body
from pay.model.monitoring.overview import overview_rows
from pay.model.monitoring.series import always
from pay.model.monitoring.stay import Stay
from pay.model.monitoring.widgets import WatchedService, rows
from pay.model.queue_metrics import OLDEST
from sandbox.aws.cloudwatch.dashboards import problems_of
from tests.support.services import at_stage

REGION = "eu-west-1"


def looked_up(
    environment: Environment, service: str, stage: Stage
) -> Mapping[Side, Mapping[Dimension, str]]:
    return {
        record.side: {
            "LoadBalancer": f"app/{record.side}/1",
            "TargetGroup": f"targetgroup/{record.side}/1",
        }
        for record in environment.ladder.records(stage)
    }


STAY = Stay(since=datetime(2026, 11, 24, 9, 14, tzinfo=UTC), came="Since then: promoted.")


def dashboard(
    environment: Environment, service: str, stage: Stage, stay: Stay | None = STAY
) -> str:
    at = at_stage(environment, service, stage)
    watched = WatchedService(CATALOGUE[service], at, looked_up(environment, service, stage), stay)
    return body(rows(watched), REGION)


@pytest.mark.parametrize("service", sorted(CATALOGUE))
def test_every_service_has_one_that_aws_takes_at_every_stage(
    environments: Mapping[str, Environment], service: str
) -> None:
    environment = environments["production-2"]
    for stage in environment.ladder.stages:
        assert list(problems_of(dashboard(environment, service, stage))) == []


def test_every_environment_has_one_that_aws_takes(
    environments: Mapping[str, Environment],
) -> None:
    for environment in environments.values():
        assert list(problems_of(body(overview_rows(environment, CATALOGUE.values()), REGION))) == []


def titles(text: str) -> list[str]:
    widgets = json.loads(text)["widgets"]
    return [widget["properties"]["title"] for widget in widgets if widget["type"] != "text"]


def test_a_service_with_queues_shows_them_and_a_proxy_what_it_answers(
    environments: Mapping[str, Environment],
) -> None:
    environment = environments["production-2"]
    shown = titles(dashboard(environment, "connector", Stage.HALF))
    assert {"Age of the oldest message", "Dead letters"} <= set(shown)
    assert {"Database connections", "Database CPU", "Time of a database read"} <= set(shown)
    assert "Response time, p95" in shown
    assert "Fargate's share" in shown
    shown = titles(dashboard(environment, "egress", Stage.HALF))
    assert "Answers of 500 and above" in shown
    assert not any(title.startswith("Response time") for title in shown)


def test_the_header_names_the_stage_its_weights_and_the_runbook(
    environments: Mapping[str, Environment],
) -> None:
    environment = environments["production-2"]
    text = dashboard(environment, "connector", Stage.QUARTER)
    header = json.loads(text)["widgets"][0]["properties"]["markdown"]
    assert header.startswith("# connector in production-2: quarter")
    assert "ec2 75 %, fargate 25 %" in header
    assert environment.monitoring is not None
    assert environment.monitoring.runbook in header
    assert '"label": "quarter: 25 %", "value": 25' in text


def test_every_graph_has_a_line_where_the_stage_began(
    environments: Mapping[str, Environment],
) -> None:
    environment = environments["production-2"]
    widgets = json.loads(dashboard(environment, "connector", Stage.QUARTER))["widgets"]
    graphs = [each["properties"] for each in widgets if each["type"] == "metric"]
    line = {"label": "quarter", "value": "2026-11-24T09:14:00Z"}
    assert [graph["annotations"]["vertical"] for graph in graphs] == [[line]] * len(graphs)
    assert STAY.came in widgets[0]["properties"]["markdown"]
    by_hand = dashboard(environment, "connector", Stage.QUARTER, None)
    assert "vertical" not in by_hand


def test_dead_letters_are_those_of_the_queues_that_the_service_receives_from(
    environments: Mapping[str, Environment],
) -> None:
    widgets = json.loads(dashboard(environments["production-2"], "ledger", Stage.HALF))["widgets"]
    (graph,) = (w for w in widgets if w["properties"].get("title") == "Dead letters")
    (metric,) = graph["properties"]["metrics"]
    assert metric[:4] == [
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        "QueueName",
        "production-2-payment-event-dead-letter",
    ]


def test_a_move_of_a_service_never_changes_the_dashboard_of_its_environment(
    environments: Mapping[str, Environment],
) -> None:
    environment = environments["production-2"]
    bodies = {
        body(overview_rows(at_stage(environment, "connector", stage), CATALOGUE.values()), REGION)
        for stage in environment.ladder.stages
    }
    assert len(bodies) == 1


def test_refuses_what_aws_would_for_its_size() -> None:
    line = GraphLine(OLDEST, always({"QueueName": "a"}), "a")
    with pytest.raises(InvalidInput, match="501 metrics in Many"):
        body([[Graph(title="Many", lines=[line] * 501, unit="Seconds")]], REGION)
    with pytest.raises(InvalidInput, match="25 columns in a row"):
        body([[Text(width=25, markdown="a")]], REGION)
    fits = [Graph(title=str(n), lines=[line] * 500, unit="Seconds") for n in range(5)]
    assert body([[each] for each in fits], REGION)
