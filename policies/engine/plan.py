"""The second net: a plan file judged by the same rules.

A plan knows what HCL does not: the values of data sources and variables. It lacks what
only the apply will show, so it never replaces the first net (docs/decisions/0042).
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

# Read by checkov for every plan: what is not known yet must not be taken for missing.
os.environ["EVAL_TF_PLAN_AFTER_UNKNOWN"] = "true"

from checkov.common.output.report import Report
from checkov.terraform.plan_runner import Runner
from checkov.terraform.plan_utils import create_definitions

from pay.plans.plan_file import default_tags
from policies.engine import checkov_checks
from policies.engine.results import Problem, Result
from policies.engine.scan import Only, crashes, results_of
from policies.engine.stack import Block, Stack
from policies.engine.unread import terraform_addresses_of_plan

Document = Mapping[str, Any]
"""A plan, as `pay.plans.plan_file` reads it."""


def judge(
    file: Path, document: Document, stacks: Iterable[Stack], rules: frozenset[str]
) -> tuple[list[Result], list[Problem], list[str]]:
    """The rules' answers about a plan, what is wrong with the plan itself, and what it leaves
    unknown of what the stack's HCL sets.
    """
    name = _stack_name(document)
    stack = next((each for each in stacks if each.name == name), None)
    if stack is None:
        what = f"it is the plan of the stack {name!r}, which was not judged"
        return [], [Problem("plan", str(file), what)], []
    results, problems = _answers(file, stack, rules)
    return (
        results,
        [*problems, *_differences(file, document, stack)],
        [f"{stack.name} {each}" for each in _not_known(document, stack)],
    )


def _stack_name(document: Document) -> str | None:
    """The tag `Stack` among the providers' default tags; None where they do not agree on one."""
    providers = document.get("configuration", {}).get("provider_config", {})
    names = {tags["Stack"] for tags in default_tags(providers) if "Stack" in tags}
    return names.pop() if len(names) == 1 else None


def _answers(file: Path, stack: Stack, rules: frozenset[str]) -> tuple[list[Result], list[Problem]]:
    planned = Stack(stack.name, file.parent, stack.tags, stack.allowed_account_ids, from_plan=True)
    definitions, _ = create_definitions(None, [str(file)])
    for blocks in definitions.values():
        for block in _blocks(blocks, planned, file.name):
            planned.add(block)
    with checkov_checks.judging(planned), crashes() as crashed:
        report = Runner().run(files=[str(file)], runner_filter=Only(rules))
    if isinstance(report, list):
        report = report[0]
    if not isinstance(report, Report):
        raise TypeError(f"{file}: checkov gave no report")
    problems = [Problem("plan", str(file), f"checkov: {each}") for each in crashed]
    return results_of(report, planned, file.parent, source="plan"), problems


def _blocks(definition: Mapping[str, Any], stack: Stack, file: str) -> Iterator[Block]:
    for kind in ("resource", "data"):
        for entry in definition.get(kind, []):
            for type_, named in entry.items():
                for name, conf in named.items():
                    yield Block(kind, type_, name, conf, stack, file)


def _differences(file: Path, document: Document, stack: Stack) -> Iterator[Problem]:
    """Terraform's own count of the stack's resources, against what was judged."""
    counted = terraform_addresses_of_plan(document)
    judged = {block.address for block in stack.blocks}
    for address in sorted(counted - judged):
        yield Problem("plan", str(file), f"Terraform counts {address}; the HCL judged has it not")
    for address in sorted(judged - counted):
        yield Problem("plan", str(file), f"{address} was judged; Terraform does not count it")


def _not_known(document: Document, stack: Stack) -> Iterator[str]:
    for change in document.get("resource_changes", []):
        unknown = change.get("change", {}).get("after_unknown")
        block = stack.block("resource", str(change.get("type")), str(change.get("name")))
        if block is None or not isinstance(unknown, Mapping):
            continue
        for key in sorted(unknown):
            if unknown[key] is True and key in block.conf:
                yield f"{block.address}: {key}"
