"""The gate's findings, in one module per output format."""

from collections.abc import Callable

from policies.engine.verdict import GateVerdict
from policies.report.as_json import as_json
from policies.report.assessor import as_html, as_markdown
from policies.report.junit import as_junit
from policies.report.sarif import as_sarif

FORMATS: dict[str, Callable[[list[GateVerdict]], str]] = {
    "html": as_html,
    "json": as_json,
    "junit": as_junit,
    "markdown": as_markdown,
    "sarif": as_sarif,
}
