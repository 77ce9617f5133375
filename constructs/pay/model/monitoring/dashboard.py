"""A CloudWatch dashboard as a value: widgets in rows, and the body that AWS takes.

Source: AWS, CloudWatch API reference, "Dashboard body structure and syntax". Every default that the
console writes is written here too, or a save without a change would show as drift.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pay.model.metrics import DimensionsOf, Formula, Metric
from pay.model.problem import InvalidInput, Problem

COLUMNS = 24
MAX_WIDGETS = 500
MAX_METRICS_A_WIDGET, MAX_METRICS = 500, 2500
"""AWS: CloudWatch user guide, "CloudWatch service quotas"."""
MAX_ALARMS = 100
"""In one widget of alarms (AWS: "Dashboard body structure and syntax")."""
PERIOD_SECONDS = 60

MetricEntry = Sequence[object]
"""One element of a graph's `metrics`."""


@dataclass(frozen=True)
class GraphLine:
    """One line of a graph: a metric, or a formula over some that the graph does not draw."""

    metric: Metric | Formula
    dimensions: DimensionsOf
    label: str

    def entries(self) -> Iterable[MetricEntry]:
        if isinstance(self.metric, Formula):
            yield [
                {"expression": self.metric.expression, "label": self.label, "id": self.metric.id}
            ]
            for metric in self.metric.metrics:
                yield self._entry(metric, {"id": metric.id, "visible": False})
        else:
            yield self._entry(self.metric, {"id": self.metric.id, "label": self.label})

    def _entry(self, metric: Metric, shown: Mapping[str, object]) -> MetricEntry:
        pairs = metric.dimension_values(self.dimensions(metric)).items()
        dimensions = [text for pair in pairs for text in pair]
        return [metric.namespace, metric.name, *dimensions, {"stat": metric.statistic, **shown}]


@dataclass(frozen=True)
class Mark:
    """A horizontal line in a graph: a limit, a weight."""

    label: str
    value: float


@dataclass(frozen=True)
class MarkedMoment:
    """A vertical line in a graph, where something happened."""

    label: str
    at: datetime

    @property
    def value(self) -> str:
        """Return the time as AWS takes it."""
        return f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, kw_only=True)
class Widget:
    """A widget; the layout gives it its place."""

    width: int = 8
    height: int = 6

    def properties(self, region: str) -> Mapping[str, object]:
        raise NotImplementedError

    @property
    def type(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Text(Widget):
    """Markdown."""

    markdown: str
    type: str = "text"

    def properties(self, region: str) -> Mapping[str, object]:
        return {"markdown": self.markdown, "background": "transparent"}


@dataclass(frozen=True, kw_only=True)
class AlarmStates(Widget):
    """The state of alarms, which need not exist."""

    title: str
    arns: Sequence[str]
    type: str = "alarm"

    def properties(self, region: str) -> Mapping[str, object]:
        return {"title": self.title, "alarms": list(self.arns), "sortBy": "default"}


@dataclass(frozen=True, kw_only=True)
class LogQuery(Widget):
    """A count by CloudWatch Logs Insights in log groups."""

    title: str
    log_groups: Sequence[str]
    query: str
    type: str = "log"

    def properties(self, region: str) -> Mapping[str, object]:
        return {
            "title": self.title,
            "query": " | ".join((*(f"SOURCE '{group}'" for group in self.log_groups), self.query)),
            "region": region,
            "stacked": False,
            "view": "timeSeries",
        }


@dataclass(frozen=True, kw_only=True)
class Graph(Widget):
    """Lines over time."""

    title: str
    lines: Sequence[GraphLine]
    unit: str
    """The label of its axis."""
    stacked: bool = False
    marks: Sequence[Mark] = ()
    moments: Sequence[MarkedMoment] = ()
    type: str = "metric"

    @property
    def entries(self) -> Sequence[MetricEntry]:
        return [entry for line in self.lines for entry in line.entries()]

    def properties(self, region: str) -> Mapping[str, object]:
        annotations = {
            direction: [{"label": each.label, "value": each.value} for each in lines]
            for direction, lines in (("horizontal", self.marks), ("vertical", self.moments))
            if lines
        }
        return {
            "title": self.title,
            "metrics": self.entries,
            "view": "timeSeries",
            "stacked": self.stacked,
            "region": region,
            "period": PERIOD_SECONDS,
            "stat": "Sum",
            "yAxis": {"left": {"min": 0, "label": self.unit, "showUnits": False}},
            **({"annotations": annotations} if annotations else {}),
        }


WidgetRow = Sequence[Widget]


def body(rows: Iterable[WidgetRow], region: str) -> str:
    """Return the dashboard as the JSON text that `PutDashboard` takes.

    Raises InvalidInput when AWS would refuse it for its size.
    """
    rows = [row for row in rows if row]
    if problems := list(_problems(rows)):
        raise InvalidInput(problems)
    placed, y = [], 0
    for row in rows:
        x = 0
        for widget in row:
            placed.append(
                {
                    "type": widget.type,
                    "x": x,
                    "y": y,
                    "width": widget.width,
                    "height": widget.height,
                    "properties": widget.properties(region),
                }
            )
            x += widget.width
        y += max(widget.height for widget in row)
    return json.dumps({"periodOverride": "inherit", "start": "-PT6H", "widgets": placed})


def _problems(rows: Sequence[WidgetRow]) -> Iterable[Problem]:
    widgets = [widget for row in rows for widget in row]
    graphs = {widget.title: len(widget.entries) for widget in widgets if isinstance(widget, Graph)}
    lists = {each.title: len(each.arns) for each in widgets if isinstance(each, AlarmStates)}
    checks = [
        ("widgets", len(widgets), MAX_WIDGETS, "widgets in a dashboard"),
        ("metrics", sum(graphs.values()), MAX_METRICS, "metrics in a dashboard"),
        *(("metrics", n, MAX_METRICS_A_WIDGET, f"metrics in {t}") for t, n in graphs.items()),
        *(("alarms", count, MAX_ALARMS, f"alarms in {title}") for title, count in lists.items()),
        *(("width", sum(w.width for w in row), COLUMNS, "columns in a row") for row in rows),
    ]
    for key, count, most, what in checks:
        if count > most:
            yield Problem(
                where="dashboard",
                key=key,
                found=f"{count} {what}",
                allowed=f"at most {most}",
                fix="split it",
            )
