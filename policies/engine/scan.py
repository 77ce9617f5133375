"""Runs checkov, with its own checks and ours, over one Terraform root, in this process."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from checkov.common.bridgecrew.check_type import CheckType
from checkov.common.output.record import Record
from checkov.common.output.report import Report
from checkov.runner_filter import RunnerFilter
from checkov.terraform.checks.utils.base_cloudsplaining_iam_scanner import (
    BaseTerraformCloudsplainingIAMScanner,
)
from checkov.terraform.modules.module_objects import TFDefinitionKey
from checkov.terraform.runner import Runner

from policies.engine import checkov_checks
from policies.engine.documents import write_out
from policies.reading import hcl, top_level
from policies.reading.stack import SynthesisedStack
from policies.results import GateProblem, Result, RuleOutcome

GRAPH_CHECKS = Path(__file__).parents[1] / "checks" / "graph"

Definitions = dict[TFDefinitionKey, dict[str, Any]]
Scanned = tuple[SynthesisedStack, list[Result], list[GateProblem]]
"""A stack with the results of all rules that judge one block or one graph."""


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


class _SerialRunner(Runner):
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
    """Collects errors that checkov only logs. A check that crashed has no result."""

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
    """Judges stacks by `rules`; each stack is a Terraform root with a graph of its own."""

    def __init__(self, rules: frozenset[str]) -> None:
        self._filter = Only(rules)
        checkov_checks.register()
        Runner().graph_registry.load_external_checks(str(GRAPH_CHECKS))

    def scan(self, folder: Path, root: Path) -> Scanned:
        """Return one stack as it is judged alone."""
        stack = SynthesisedStack(folder.name, folder)
        definitions, problems = _definitions(folder, root)
        top_level.bind(stack, definitions)
        problems += top_level.not_judged(stack, definitions, root)
        for key, blocks in definitions.items():
            stack.add(blocks, os.path.relpath(key.file_path, root.resolve()))
        write_out(stack)
        where = str(folder.relative_to(root))
        with checkov_checks.judging(stack), crashes() as errors_logged:
            try:
                results = results_of(self._run(definitions, folder), stack, root)
            except Exception as error:
                # The other stacks are still judged.
                problems.append(
                    GateProblem("unread", where, f"checkov cannot judge it: {error!r:.200}")
                )
                results = []
        problems += [GateProblem("unread", where, f"checkov: {each}") for each in errors_logged]
        return stack, results, problems

    def _run(self, definitions: Definitions, folder: Path) -> Report:
        runner = _SerialRunner()
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


def _definitions(folder: Path, root: Path) -> tuple[Definitions, list[GateProblem]]:
    """Return the content of each file in a folder, and a problem for each that cannot be read."""
    problems, parsed = [], {}
    definitions: Definitions = {}
    for file in sorted(folder.glob("*.tf")):
        try:
            parsed[file] = hcl.parse(file)
        except hcl.UnreadableFile as error:
            problems.append(_unreadable(file, root, error))
    locals_ = hcl.Locals(parsed.values())
    for file, tokens in parsed.items():
        try:
            definitions[TFDefinitionKey(str(file.resolve()))] = hcl.read(tokens, locals_)
        except hcl.UnreadableFile as error:
            problems.append(_unreadable(file, root, error))
    return definitions, problems


def _unreadable(file: Path, root: Path, error: hcl.UnreadableFile) -> GateProblem:
    what = f"the gate cannot parse this file: {error}"
    return GateProblem("unread", str(file.relative_to(root)), what, error.line)


def results_of(
    report: Report, stack: SynthesisedStack, root: Path, source: Literal["hcl", "plan"] = "hcl"
) -> list[Result]:
    """Return the records of a checkov report as results."""
    results = []
    outcomes: tuple[RuleOutcome, ...] = ("passed", "failed")
    for outcome in outcomes:
        for record in getattr(report, f"{outcome}_checks"):
            first_line, last_line = record.file_line_range
            result = Result(
                rule=record.check_id,
                stack=stack.name,
                address=_address(record, stack),
                file=os.path.relpath(record.file_abs_path, root.resolve()),
                first_line=max(first_line, 1),
                last_line=max(last_line, first_line, 1),
                outcome=outcome,
                details=tuple(record.details or ()),
                source=source,
            )
            results.append(result)
    return results


def _address(record: Record, stack: SynthesisedStack) -> str:
    """Return the record's address; checkov omits the `data.` of a data source."""
    address = str(record.resource)
    type_, _, name = address.partition(".")
    if stack.block("resource", type_, name) is None and stack.block("data", type_, name):
        return f"data.{address}"
    return address
