"""Input transformers render as on EventBridge (user guide, "Input transformation")."""

from typing import Any

import pytest

from sandbox.aws.eventbridge.event_inputs import problems, rendered

RULE = "arn:aws:events:eu-west-1:222222222222:rule/findings"
EVENT = {
    "time": "2026-11-26T14:02:00Z",
    "detail": {"type": 'a "b"', "count": 3, "findings": [{"Title": "first"}]},
}
PATHS = {
    "type": "$.detail.type",
    "count": "$.detail.count",
    "title": "$.detail.findings[0].Title",
    "second": "$.detail.findings[1].Title",
    "absent": "$.detail.resource.name",
    "detail": "$.detail.findings",
}


def target(template: str) -> dict[str, Any]:
    return {"Id": "1", "InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": template}}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ('"<count> times: <title>"', '"3 times: first"'),
        ('"<type>"', r'"a \"b\""'),
        ('"in <absent>, then <second>."', '"in , then ."'),
        ('{"count": <count>, "title": <title>}', '{"count": 3, "title": "first"}'),
        ('{"all": <detail>}', '{"all": [{"Title": "first"}]}'),
        ('"one"\n"<title>"', '"one"\n"first"'),
        ('"<aws.events.rule-name>"', '"findings"'),
        ('"<unknown>"', '""'),
    ],
)
def test_it_renders_a_template(template: str, text: str) -> None:
    assert not list(problems(target(template)))
    assert rendered(target(template), EVENT, RULE) == text


def test_it_renders_a_constant_and_a_part() -> None:
    assert rendered({"Input": '"a"'}, EVENT, RULE) == '"a"'
    assert rendered({"InputPath": "$.detail.count"}, EVENT, RULE) == "3"


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"Id": "1", "Input": "a", "InputPath": "$.b"}, "Only one of"),
        ({"Id": "1", "InputTransformer": {"InputTemplate": ""}}, "1 to 8192"),
        (
            {
                "Id": "1",
                "InputTransformer": {"InputTemplate": "<a>", "InputPathsMap": {"a": "b"}},
            },
            "not a valid JSONPath",
        ),
        (
            {
                "Id": "1",
                "InputTransformer": {"InputTemplate": "<a>", "InputPathsMap": {"aws_a": "$.b"}},
            },
            "the name aws_a",
        ),
    ],
)
def test_it_refuses_what_eventbridge_refuses(wrong: dict[str, Any], problem: str) -> None:
    assert problem in " ".join(problems(wrong))
