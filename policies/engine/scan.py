"""Runs checkov, with its own checks and ours, over one Terraform root, in this process."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

os.environ.setdefault("LOG_LEVEL", "ERROR")  # read by checkov when it is imported

from checkov.common.bridgecrew.check_type import CheckType
from checkov.common.output.record import Record
from checkov.common.output.report import Report
from checkov.runner_filter import RunnerFilter
from checkov.terraform.checks.utils.base_cloudsplaining_iam_scanner import (
    BaseTerraformCloudsplainingIAMScanner,
)
from checkov.terraform.modules.module_objects import TFDefinitionKey
from checkov.terraform.parser_utils import load_or_die_quietly
from checkov.terraform.runner import Runner

from policies.engine import (
    checkov_checks,
    top_level,
)
from policies.engine.expressions import decode
from policies.engine.results import Problem, Result
from policies.engine.stack import Block, Stack, first

GRAPH_CHECKS = Path(__file__).parents[1] / "checks" / "graph"

Definitions = dict[TFDefinitionKey, dict[str, Any]]


@dataclass(slots=True)
class Scan:
    """One stack with the results of all rules that judge one block or one graph."""

    stack: Stack
    results: list[Result] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Only(RunnerFilter):
    """Selects the named rules.

    checkov's own filter compares every check with every name as a pattern, which takes a quarter of
    the whole run.
    """

    def __init__(self, rules: frozenset[str]) -> None:
        super().__init__(framework=["terraform"], checks=sorted(rules))
        self._rules = rules

    def should_run_check(self, check: Any = None, check_id: str | None = None, **_: Any) -> bool:
        return (check.id if check else check_id) in self._rules


class _Runner(Runner):
    """Runs checks of connections one after the other.

    checkov's own threads cost more time than they save, and hide the exception of a check that
    crashes.
    """

    def run_graph_checks_results(
        self, runner_filter: RunnerFilter, report_type: str, graph: Any = None
    ) -> dict[Any, Any]:
        results: dict[Any, Any] = {}
        for check in self.graph_registry.checks:
            if runner_filter.should_run_check(check, report_type=report_type):
                try:
                    self.graph_registry.run_check_parallel(check, results, graph)
                except Exception:
                    logging.exception("Failed to run check %s", check.id)
        self._update_check_correct_connected_node(results)
        return results


class _Crashes(logging.Handler):
    """Collects errors that checkov only logs: a check that crashed has no result."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.messages.append(f"{record.getMessage()}: {error!r}" if error else record.getMessage())


@contextmanager
def crashes() -> Iterator[list[str]]:
    """Collect the errors that checkov logs while it judges, and keep them off the terminal."""
    logger = logging.getLogger()
    before, handler = logger.handlers[:], _Crashes()
    logger.handlers[:] = [handler]
    try:
        yield handler.messages
    finally:
        logger.handlers[:] = before


class Scanner:
    """Judges stacks by `rules`, one at a time: each is a separate Terraform root with its own
    graph.
    """

    def __init__(self, rules: frozenset[str]) -> None:
        self._filter = Only(rules)
        checkov_checks.register()
        Runner().graph_registry.load_external_checks(str(GRAPH_CHECKS))

    def scan(self, folder: Path, root: Path) -> Scan:
        stack = Stack(folder.name, folder)
        scan = Scan(stack)
        definitions: Definitions = {}
        for file in sorted(folder.glob("*.tf")):
            errors: dict[str, Exception] = {}
            raw = load_or_die_quietly(file, errors)
            if raw is None:
                where = str(file.relative_to(root))
                error = next(iter(errors.values()), "no reason given")
                what = f"checkov cannot parse this file: {error}"
                scan.problems.append(Problem("unread", where, what))
                continue
            definitions[TFDefinitionKey(str(file.resolve()))] = raw
        locals_ = _locals(definitions)
        definitions = {key: decode(raw, locals_) for key, raw in definitions.items()}
        top_level.bind(stack, definitions)
        scan.problems += top_level.not_judged(stack, definitions, root)
        _add_blocks(stack, definitions, root)
        with checkov_checks.judging(stack), crashes() as errors_logged:
            report = self._run(definitions, folder)
        scan.results = results_of(report, stack, root)
        where = str(folder.relative_to(root))
        scan.problems += [Problem("unread", where, f"checkov: {each}") for each in errors_logged]
        return scan

    def _run(self, definitions: Definitions, folder: Path) -> Report:
        runner = _Runner()
        # Variables are not rendered: rendering leaves long or mixed documents unparsed, and takes
        # half of the time (docs/decisions/0040).
        graph = runner.graph_manager.build_graph_from_definitions(
            definitions, render_variables=False
        )
        runner._update_definitions_and_breadcrumbs(
            [(None, graph)], Report(CheckType.TERRAFORM), str(folder)
        )
        # The cache's key is the file's path below the root, which is the same in every stack.
        BaseTerraformCloudsplainingIAMScanner.policy_document_cache.clear()
        runner.breadcrumbs = {}
        runner.context = {}
        # Inline skips are not collected: they have no effect, and unread.py refuses them.
        report = runner.run(str(folder), runner_filter=self._filter, collect_skip_comments=False)
        return report[0] if isinstance(report, list) else report


def _locals(definitions: Definitions) -> dict[str, Any]:
    return {
        name: first(value)
        for blocks in definitions.values()
        for entry in blocks.get("locals", [])
        for name, value in entry.items()
        if not name.startswith("__")
    }


def _add_blocks(stack: Stack, definitions: Definitions, root: Path) -> None:
    for key, blocks in definitions.items():
        file = os.path.relpath(key.file_path, root.resolve())
        for block in _blocks(blocks, stack, file):
            stack.add(block)


def _blocks(definition: dict[str, Any], stack: Stack, file: str) -> Iterator[Block]:
    for kind in ("resource", "data"):
        for entry in definition.get(kind, []):
            for type_, named in entry.items():
                for name, conf in named.items():
                    yield Block(
                        kind,
                        type_,
                        name,
                        conf,
                        stack,
                        file,
                        conf.get("__start_line__", 1),
                        conf.get("__end_line__", 1),
                    )


def results_of(
    report: Report, stack: Stack, root: Path, source: Literal["hcl", "plan"] = "hcl"
) -> list[Result]:
    """Return the records of a checkov report as results."""
    resolved = root.resolve()
    return [
        _result(record, outcome, stack, resolved, source)
        for outcome, records in (
            ("passed", report.passed_checks),
            ("failed", report.failed_checks),
        )
        for record in records
    ]


def _result(
    record: Record, outcome: Any, stack: Stack, root: Path, source: Literal["hcl", "plan"]
) -> Result:
    first_line, last_line = record.file_line_range
    return Result(
        rule=record.check_id,
        stack=stack.name,
        address=_address(record, stack),
        file=os.path.relpath(record.file_abs_path, root),
        first_line=max(first_line, 1),
        last_line=max(last_line, first_line, 1),
        outcome=outcome,
        details=tuple(record.details or ()),
        source=source,
    )


def _address(record: Record, stack: Stack) -> str:
    """Return the record's address; checkov omits the `data.` of a data source."""
    address = str(record.resource)
    type_, _, name = address.partition(".")
    if stack.block("resource", type_, name) is None and stack.block("data", type_, name):
        return f"data.{address}"
    return address
