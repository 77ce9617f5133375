"""Judges a plan file by the same rules, as the second net.

A plan knows what HCL does not: the values of data sources and variables. It lacks what
only the apply will show, so it never replaces the first net (docs/decisions/0042).
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from checkov.common.output.report import Report
from checkov.common.parsers.json.decoder import Mark
from checkov.common.parsers.node import DictNode
from checkov.common.util.consts import END_LINE, FILE, START_LINE
from checkov.terraform import plan_parser
from checkov.terraform.plan_runner import Runner
from checkov.terraform.plan_utils import create_definitions

from pay.plans.plan_file import NotAPlan, default_tags
from policies.engine import checkov_checks
from policies.engine.scan import Only, crashes, results_of
from policies.reading.set_values import as_set
from policies.reading.stack import SynthesisedStack
from policies.results import GateProblem, Result

Document = Mapping[str, Any]
"""A plan, as `pay.plans.plan_file` reads it."""


def _parse(file: str, _: dict[str, str]) -> tuple[dict[str, Any] | None, list[tuple[int, str]]]:
    """Return a plan of one line as checkov's own parser does, and its lines.

    That one reads JSON as YAML, which takes two thirds of the time for a plan.
    """
    text = Path(file).read_text(encoding="utf-8")
    plan = json.loads(text, object_hook=partial(_node, file))
    return (plan if {"terraform_version", "planned_values"} <= set(plan) else None), [(1, text)]


def _node(file: str, content: dict[str, Any]) -> DictNode:
    return DictNode({**content, START_LINE: 1, END_LINE: 1, FILE: file}, Mark(0, 0), Mark(0, 0))


plan_parser.parse = _parse


def judge(
    file: Path, document: Document, stacks: Iterable[SynthesisedStack], rules: frozenset[str]
) -> tuple[SynthesisedStack | None, list[Result], list[GateProblem], list[str]]:
    """Return the stack as planned, the results for it, the plan's problems, and the stack's
    settings that it leaves unknown.

    A problem is something wrong with the plan itself. Raises NotAPlan where checkov cannot read it.
    """
    name = _stack_name(document)
    stack = next((each for each in stacks if each.name == name), None)
    if stack is None:
        what = f"it is the plan of the stack {name!r}, which was not judged"
        return None, [], [GateProblem("plan", str(file), what)], []
    try:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / file.name
            planned, report, crashed = _judged(copy, as_set(document), stack, rules)
    except Exception as error:  # whatever another program makes of a malformed plan
        raise NotAPlan(file, f"a plan that checkov cannot read ({error!r})") from error
    problems = [f"checkov: {each}" for each in crashed] + _differences(document, stack)
    return (
        planned,
        results_of(report, planned, planned.folder, source="plan"),
        [GateProblem("plan", str(file), what) for what in problems],
        [f"{stack.name} {each}" for each in _not_known(document, stack)],
    )


def _judged(
    file: Path, document: Document, stack: SynthesisedStack, rules: frozenset[str]
) -> tuple[SynthesisedStack, Report, list[str]]:
    """Write the plan where checkov reads it; return its stack, its report and checkov's errors."""
    # Below a folder without symbolic links, because checkov resolves them.
    folder = file.parent.resolve()
    file = folder / Path(file.name).with_suffix(".json")
    file.write_text(json.dumps(document), encoding="utf-8")
    planned = SynthesisedStack(
        stack.name, folder, stack.tags, stack.allowed_account_ids, from_plan=True
    )
    definitions, _ = create_definitions(None, [str(file)])
    for blocks in definitions.values():
        planned.add(blocks, file.name)
    with checkov_checks.judging(planned), crashes() as crashed:
        report = Runner().run(files=[str(file)], runner_filter=Only(rules))
    if isinstance(report, list):
        report = report[0]
    if not isinstance(report, Report):
        raise TypeError(f"{file}: checkov gave no report")
    return planned, report, crashed


def _stack_name(document: Document) -> str | None:
    """Return the tag `Stack` among the providers' default tags, or None if they do not agree."""
    providers = document.get("configuration", {}).get("provider_config", {})
    names = {tags["Stack"] for tags in default_tags(providers) if "Stack" in tags}
    return names.pop() if len(names) == 1 else None


def _differences(document: Document, stack: SynthesisedStack) -> list[str]:
    """Compare Terraform's own count of the stack's resources with the judged blocks."""
    module = document.get("configuration", {}).get("root_module", {})
    counted = {
        f"{'data.' if each['mode'] == 'data' else ''}{each['type']}.{each['name']}"
        for each in module.get("resources", [])
    }
    judged = {block.address for block in stack.blocks}
    return [
        *(f"Terraform counts {a}, which was not judged" for a in sorted(counted - judged)),
        *(f"{a} was judged; Terraform does not count it" for a in sorted(judged - counted)),
    ]


def _not_known(document: Document, stack: SynthesisedStack) -> Iterator[str]:
    for change in document.get("resource_changes", []):
        unknown = change.get("change", {}).get("after_unknown")
        block = stack.block("resource", str(change.get("type")), str(change.get("name")))
        if block is not None and isinstance(unknown, Mapping):
            for key in sorted(unknown):
                if unknown[key] is True and key in block.conf:
                    yield f"{block.address}: {key}"
