"""CloudWatch dashboards: the bodies that AWS refuses, with its words. moto 5.2 stores any JSON.

Where no answer of AWS is known, the words are those of JSON schemas, as AWS uses them.

Sources: AWS, CloudWatch API reference, "Dashboard body structure and syntax" and `PutDashboard`;
answers of AWS in pulumi/pulumi#13059 and aws/aws-cdk#31393.
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from moto.cloudwatch.exceptions import DashboardInvalidInputError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from pay.identifiers import ACCOUNT_ID
from sandbox.aws.cloudwatch.metric_math import BadExpression, parse
from sandbox.aws.patching import replaces

MAX_METRICS_A_WIDGET, MAX_METRICS = 500, 2500
"""AWS: CloudWatch user guide, "CloudWatch service quotas"."""
MAX_DIMENSIONS = 30
COLUMNS = 24

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_ARN = re.compile(rf"arn:aws:cloudwatch:[a-z0-9-]+:{ACCOUNT_ID}:alarm:.{{1,255}}")
_SAYS = "aws"
"""The type of an error whose message is AWS's own."""


def _says(text: str) -> PydanticCustomError:
    return PydanticCustomError(_SAYS, "{text}", {"text": text})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Statistic = Annotated[
    str,
    Field(
        pattern=r"^(Average|Maximum|Minimum|SampleCount|Sum|IQM|"
        r"(p|tm|tc|ts|wm)\d{1,2}(\.\d{1,10})?|p100|(PR|TM|TC|TS|WM)\(.+\))$"
    ),
]


def _is_period(seconds: int) -> int:
    if seconds not in (1, 5, 10, 20, 30) and (seconds < 60 or seconds % 60):
        raise _says("Should be 1, 5, 10, 20, 30 or a multiple of 60")
    return seconds


Period = Annotated[int, AfterValidator(_is_period)]


class _Rendering(_Strict):
    """The last element of a metric."""

    accountId: str | None = None
    color: Color | None = None
    expression: str | None = None
    id: Annotated[str, Field(pattern=r"^[a-z][a-zA-Z0-9_]*$", max_length=255)] | None = None
    label: str | None = None
    period: Period | None = None
    region: str | None = None
    stat: Statistic | None = None
    visible: bool | None = None
    yAxis: Literal["left", "right"] | None = None


def _is_metric(entry: object) -> list[object]:
    if not isinstance(entry, list):
        raise _says("Should be array")
    *texts, last = entry or [None]
    if not isinstance(last, dict):
        texts, last = [*texts, last], {}
    if not all(isinstance(text, str) for text in texts):
        raise _says(
            'Field "metrics" has to be an array of array of strings, '
            "with an optional metricRenderer object as last element"
        )
    _Rendering.model_validate(last)
    if "expression" in last:
        if texts:
            raise _says("An expression has no namespace, name and dimensions")
        try:
            parse(last["expression"])
        except BadExpression as error:
            raise _says(f"Invalid metric expression: {error}") from None
    elif len(texts) < 2:
        raise _says("Should NOT have fewer than 2 items")
    elif len(texts) % 2 or len(texts) > 2 + 2 * MAX_DIMENSIONS:
        raise _says("A metric has a namespace, a name and up to 30 dimensions, each with a value")
    return entry


class _Horizontal(_Strict):
    value: float | int
    label: str | None = None
    color: Color | None = None
    fill: Literal["none", "above", "below"] | None = None
    visible: bool | None = None
    yAxis: Literal["left", "right"] | None = None


def _is_moment(text: str) -> str:
    """Accept RFC 3339, which JSON schemas call date-time: with a time and a zone."""
    try:
        is_one = _DATE_TIME.fullmatch(text) and datetime.fromisoformat(text).tzinfo
    except ValueError:
        is_one = None
    if not is_one:
        raise _says('Should match format "date-time"')
    return text


class _Vertical(_Strict):
    value: Annotated[str, AfterValidator(_is_moment)]
    label: str | None = None
    color: Color | None = None
    fill: Literal["none", "before", "after"] | None = None
    visible: bool | None = None


_Line = TypeVar("_Line", bound=_Strict)
LineOrBand = Annotated[
    Annotated[_Line, Tag("line")]
    | Annotated[list[_Line], Field(min_length=2, max_length=2), Tag("band")],
    Discriminator(lambda value: "band" if isinstance(value, list) else "line"),
]
"""A band has two lines, and what is between them."""

Arn = Annotated[str, Field(pattern=_ARN.pattern)]


class _Annotations(_Strict):
    alarms: Annotated[list[Arn], Field(max_length=1)] | None = None
    horizontal: list[LineOrBand[_Horizontal]] | None = None
    vertical: list[LineOrBand[_Vertical]] | None = None


class _Axis(_Strict):
    label: str | None = None
    min: float | int | None = None
    max: float | int | None = None
    showUnits: bool | None = None


class _Axes(_Strict):
    left: _Axis | None = None
    right: _Axis | None = None


class _Legend(_Strict):
    position: Literal["right", "bottom", "hidden"]


class _MetricProperties(_Strict):
    accountId: str | None = None
    annotations: _Annotations | None = None
    legend: _Legend | None = None
    liveData: bool | None = None
    metrics: list[Annotated[Any, AfterValidator(_is_metric)]] | None = None
    period: Period | None = None
    region: str
    setPeriodToTimeRange: bool | None = None
    singleValueFullPrecision: bool | None = None
    sparkline: bool | None = None
    stacked: bool | None = None
    stat: Statistic | None = None
    timezone: Annotated[str, Field(pattern=r"^[+-]\d{4}$")] | None = None
    title: str | None = None
    trend: bool | None = None
    view: Literal["timeSeries", "singleValue", "gauge", "bar", "pie", "table"] | None = None
    yAxis: _Axes | None = None


class _TextProperties(_Strict):
    markdown: str
    background: Literal["transparent", "solid"] | None = None


class _AlarmProperties(_Strict):
    alarms: Annotated[list[Arn], Field(max_length=100)]
    sortBy: Literal["default", "stateUpdatedTimestamp", "timestamp"] | None = None
    states: list[Literal["ALARM", "INSUFFICIENT_DATA", "OK"]] | None = None
    title: str | None = None


class _LogProperties(_Strict):
    accountId: str | None = None
    query: Annotated[str, Field(pattern=r"^\s*SOURCE\s")]
    region: str
    stacked: bool | None = None
    title: str | None = None
    view: Literal["table", "timeSeries", "bar", "pie"] | None = None


class _PlacedWidget(_Strict):
    x: Annotated[int, Field(ge=0, le=COLUMNS - 1)] = 0
    y: Annotated[int, Field(ge=0)] = 0
    width: Annotated[int, Field(ge=1, le=COLUMNS)] = 6
    height: Annotated[int, Field(ge=1, le=1000)] = 6


class _MetricWidget(_PlacedWidget):
    type: Literal["metric"]
    properties: _MetricProperties


class _TextWidget(_PlacedWidget):
    type: Literal["text"]
    properties: _TextProperties


class _AlarmWidget(_PlacedWidget):
    type: Literal["alarm"]
    properties: _AlarmProperties


class _LogWidget(_PlacedWidget):
    type: Literal["log"]
    properties: _LogProperties


_AnyWidget = Annotated[
    _MetricWidget | _TextWidget | _AlarmWidget | _LogWidget, Field(discriminator="type")
]


class _Body(_Strict):
    start: Annotated[str, Field(pattern=r"^(-P.+|\d{4}-.+)$")] | None = None
    end: str | None = None
    periodOverride: Literal["auto", "inherit"] | None = None
    widgets: Annotated[list[_AnyWidget], Field(max_length=500)]


_BODY = TypeAdapter(_Body)


@replaces(CloudWatchResponse)
def put_dashboard(self: CloudWatchResponse) -> ActionResult:
    name, text = self._get_param("DashboardName") or "", self._get_param("DashboardBody") or ""
    if not _NAME.fullmatch(name):
        raise DashboardInvalidInputError(
            f"The value {name} for field DashboardName contains invalid characters. "
            "It can only contain alphanumerics, dash (-) and underscore (_)."
        )
    if problems := list(problems_of(text)):
        count = len(problems)
        raise DashboardInvalidInputError(
            f"The dashboard body is invalid, there are {count} validation errors:\n"
            + json.dumps(problems, indent=2)
        )
    self.cloudwatch_backend.put_dashboard(name, text)
    return ActionResult({"DashboardValidationMessages": []})


def problems_of(text: str) -> Iterator[dict[str, str]]:
    """Yield each problem with its place, as AWS does."""
    try:
        body = json.loads(text)
    except ValueError:
        raise DashboardInvalidInputError(
            "The field DashboardBody must be a valid JSON object"
        ) from None
    try:
        dashboard = _BODY.validate_python(body)
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            yield {"dataPath": _path(error), "message": _message(error)}
        return
    yield from _of_widgets(dashboard)


def _of_widgets(dashboard: _Body) -> Iterator[dict[str, str]]:
    total = 0
    for number, widget in enumerate(dashboard.widgets):
        path = f"/widgets/{number}"
        if widget.x + widget.width > COLUMNS:
            yield {"dataPath": path, "message": f"The widget ends beyond column {COLUMNS}"}
        if not isinstance(widget, _MetricWidget):
            continue
        properties = widget.properties
        metrics = properties.metrics or []
        total += len(metrics)
        has_alarm = properties.annotations is not None and properties.annotations.alarms
        if not metrics and not has_alarm:
            for message in (
                "Should have required property 'metrics'",
                "The metric widget should have specified a region and a data source or an alarm "
                "annotation",
                "Should have required property 'annotations'",
            ):
                yield {"dataPath": f"{path}/properties", "message": message}
        if len(metrics) > MAX_METRICS_A_WIDGET:
            most = f"Should NOT have more than {MAX_METRICS_A_WIDGET} items"
            yield {"dataPath": f"{path}/properties/metrics", "message": most}
        yield from _of_ids(metrics, f"{path}/properties/metrics")
    if total > MAX_METRICS:
        yield {
            "dataPath": "/widgets",
            "message": f"Should NOT have more than {MAX_METRICS} metrics",
        }


def _of_ids(metrics: Sequence[Any], path: str) -> Iterator[dict[str, str]]:
    """Yield duplicate ids, and unknown ids in expressions."""
    shown = [entry[-1] for entry in metrics if isinstance(entry[-1], dict)]
    ids = [rendering["id"] for rendering in shown if "id" in rendering]
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        yield {"dataPath": path, "message": f"Duplicate metric id: {id}"}
    for number, entry in enumerate(metrics):
        expression = entry[-1].get("expression") if isinstance(entry[-1], dict) else None
        if expression:
            for id in sorted(parse(expression).ids - set(ids)):
                yield {"dataPath": f"{path}/{number}", "message": f"Unknown metric id: {id}"}


_WORDS = {
    "missing": "Should have required property '{field}'",
    "extra_forbidden": "Should NOT have additional properties",
    "list_type": "Should be array",
    "string_type": "Should be string",
    "bool_type": "Should be boolean",
    "int_type": "Should be integer",
    "model_type": "Should be object",
    "model_attributes_type": "Should be object",
    "literal_error": "Should be equal to one of the allowed values",
    "union_tag_invalid": "Should be equal to one of the allowed values",
    "union_tag_not_found": "Should have required property 'type'",
}
_LIMITS = {
    "too_long": "Should NOT have more than {max_length} items",
    "too_short": "Should NOT have fewer than {min_length} items",
    "string_pattern_mismatch": 'Should match pattern "{pattern}"',
    "greater_than_equal": "Should be >= {ge}",
    "less_than_equal": "Should be <= {le}",
}


def _message(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == _SAYS:
        return str(context["text"])
    if kind in _WORDS:
        return _WORDS[kind].format(field=error["loc"][-1] if error["loc"] else "")
    return _LIMITS[kind].format(**context) if kind in _LIMITS else error["msg"]


def _path(error: ErrorDetails) -> str:
    """Return AWS's path: without the kinds of widget and annotation that pydantic puts between.

    A missing or additional field is reported at its parent.
    """
    loc = error["loc"][:-1] if error["type"] in ("missing", "extra_forbidden") else error["loc"]
    kinds = {2: {"metric", "text", "alarm", "log"}, 7: {"line", "band"}}
    parts = [part for at, part in enumerate(loc) if part not in kinds.get(at, ())]
    return "".join(f"/{part}" for part in parts)
