"""CloudWatch's dashboards in the sandbox: what AWS refuses, and with which words."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[[str], Any]
Body = dict[str, Any]

METRIC = ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "a", {"stat": "Maximum"}]
GRAPH: Body = {
    "type": "metric",
    "x": 0,
    "y": 4,
    "width": 12,
    "height": 6,
    "properties": {"region": "eu-west-1", "metrics": [METRIC], "view": "timeSeries"},
}
TEXT: Body = {"type": "text", "width": 24, "height": 4, "properties": {"markdown": "# a"}}


def put(client: Client, *widgets: Any, name: str = "test", **more: Any) -> Any:
    body = json.dumps({"widgets": list(widgets), **more})
    return client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=body)


def with_properties(**properties: Any) -> Body:
    graph = copy.deepcopy(GRAPH)
    graph["properties"] |= properties
    return graph


def refused(client: Client, *widgets: Any, **more: Any) -> list[tuple[str, str]]:
    """Return the path and the message of each problem."""
    with pytest.raises(ClientError) as error:
        put(client, *widgets, **more)
    assert error.value.response["Error"]["Code"] == "InvalidParameterInput"
    message = error.value.response["Error"]["Message"]
    begin, _, problems = message.partition("validation errors:\n")
    found = json.loads(problems)
    assert begin == f"The dashboard body is invalid, there are {len(found)} "
    return [(problem["dataPath"], problem["message"]) for problem in found]


def test_keeps_a_dashboard_and_gives_it_back(client: Client) -> None:
    assert put(client, GRAPH, TEXT, name="kept")["DashboardValidationMessages"] == []
    kept = client("cloudwatch").get_dashboard(DashboardName="kept")
    assert json.loads(kept["DashboardBody"])["widgets"] == [GRAPH, TEXT]
    assert put(client, name="empty")["DashboardValidationMessages"] == []


PROPERTIES = "/widgets/0/properties"


@pytest.mark.parametrize(
    ("widget", "path", "message"),
    [
        ({"type": "text"}, "/widgets/0", "Should have required property 'properties'"),
        ({**TEXT, "width": 25}, "/widgets/0/width", "Should be <= 24"),
        ({**TEXT, "x": 12}, "/widgets/0", "The widget ends beyond column 24"),
        ({**TEXT, "colour": 1}, "/widgets/0", "Should NOT have additional properties"),
        ({**TEXT, "type": "chat"}, "/widgets/0", "Should be equal to one of the allowed values"),
        (with_properties(metrics="a"), f"{PROPERTIES}/metrics", "Should be array"),
        (with_properties(metrics=["a"]), f"{PROPERTIES}/metrics/0", "Should be array"),
        (
            with_properties(metrics=[["AWS/SQS"]]),
            f"{PROPERTIES}/metrics/0",
            "Should NOT have fewer than 2 items",
        ),
        (
            with_properties(metrics=[["AWS/SQS", 1]]),
            f"{PROPERTIES}/metrics/0",
            'Field "metrics" has to be an array of array of strings, with an optional '
            "metricRenderer object as last element",
        ),
        (
            with_properties(metrics=[[{"expression": "m1/m2"}]]),
            f"{PROPERTIES}/metrics/0",
            "Unknown metric id: m1",
        ),
        (
            with_properties(view="lines"),
            f"{PROPERTIES}/view",
            "Should be equal to one of the allowed values",
        ),
        (
            with_properties(period=90),
            f"{PROPERTIES}/period",
            "Should be 1, 5, 10, 20, 30 or a multiple of 60",
        ),
        (
            with_properties(annotations={"vertical": [{"label": "a", "value": "2026-11-24"}]}),
            f"{PROPERTIES}/annotations/vertical/0/value",
            'Should match format "date-time"',
        ),
        (
            with_properties(annotations={"vertical": [{"value": "2026-11-24T09:14:00"}]}),
            f"{PROPERTIES}/annotations/vertical/0/value",
            'Should match format "date-time"',
        ),
        (
            with_properties(annotations={"vertical": [[{"value": "2026-11-24T09:14:00Z"}]]}),
            f"{PROPERTIES}/annotations/vertical/0",
            "Should NOT have fewer than 2 items",
        ),
        (
            with_properties(annotations={"vertical": [{"value": 5}]}),
            f"{PROPERTIES}/annotations/vertical/0/value",
            "Should be string",
        ),
        (
            with_properties(annotations={"horizontal": [{"label": "a"}]}),
            f"{PROPERTIES}/annotations/horizontal/0",
            "Should have required property 'value'",
        ),
        (
            with_properties(metrics=[[{"expression": "SEARCH('{AWS/SQS}"}]]),
            f"{PROPERTIES}/metrics/0",
            "Invalid metric expression: Error in expression: SEARCH('{AWS/SQS}",
        ),
        (
            with_properties(metrics=[METRIC] * 501),
            f"{PROPERTIES}/metrics",
            "Should NOT have more than 500 items",
        ),
    ],
)
def test_refuses_with_the_place(client: Client, widget: Body, path: str, message: str) -> None:
    assert (path, message) in refused(client, widget)


def test_a_graph_needs_a_region_and_something_to_draw(client: Client) -> None:
    """As AWS answers (aws-samples/aws-eda-slurm-cluster#116)."""
    assert refused(client, with_properties(metrics=[])) == [
        (PROPERTIES, "Should have required property 'metrics'"),
        (
            PROPERTIES,
            "The metric widget should have specified a region and a data source or an alarm "
            "annotation",
        ),
        (PROPERTIES, "Should have required property 'annotations'"),
    ]
    without = copy.deepcopy(GRAPH)
    del without["properties"]["region"]
    assert refused(client, without) == [(PROPERTIES, "Should have required property 'region'")]


def test_takes_lines_and_bands(client: Client) -> None:
    moment = {"label": "half", "value": "2026-11-24T09:14:00Z"}
    annotations = {
        "horizontal": [{"label": "need", "value": 15}, [{"value": 1}, {"value": 2}]],
        "vertical": [moment, [moment, {"value": "2026-11-24T10:14:00.000+01:00"}]],
    }
    assert put(client, with_properties(annotations=annotations))


def test_counts_the_metrics_of_all_widgets(client: Client) -> None:
    many = with_properties(metrics=[METRIC] * 500)
    assert put(client, *[many] * 5)
    [(path, message)] = refused(client, *[many] * 5, GRAPH)
    assert (path, message) == ("/widgets", "Should NOT have more than 2500 metrics")


def test_refuses_a_name_and_what_is_not_json(client: Client) -> None:
    cloudwatch = client("cloudwatch")
    with pytest.raises(ClientError, match="invalid characters"):
        cloudwatch.put_dashboard(DashboardName="a b", DashboardBody='{"widgets": []}')
    with pytest.raises(ClientError, match="must be a valid JSON object"):
        cloudwatch.put_dashboard(DashboardName="a", DashboardBody="widgets")
