"""The report for an assessor, by requirement, rule and resource, with the inventories."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from pay.model.accepted import HEADER
from pay.pages import templates
from policies.engine.verdict import GateVerdict
from policies.report import inventory
from policies.results import Result, RuleText, counted


@dataclass(slots=True)
class RuleEvidence:
    """One rule with its results by resource."""

    rule: RuleText
    failed: list[Result] = field(default_factory=list)
    waived: list[Result] = field(default_factory=list)
    no_answer: int = 0
    """The number of resources of its types that it does not apply to."""
    passed: dict[str, list[str]] = field(default_factory=dict)
    """Maps an address to the stacks in which that resource passed."""

    @property
    def passes(self) -> int:
        return sum(map(len, self.passed.values()))

    @property
    def state(self) -> str:
        if self.failed:
            return "failed"
        if self.waived:
            return "waived"
        return "passed" if self.passed else "nothing to judge"


@dataclass(slots=True)
class RequirementSection:
    """One requirement with the evidence of its rules."""

    number: str
    title: str
    inventory: str | None
    rules: list[RuleEvidence]

    @property
    def state(self) -> str:
        states = [each.state for each in self.rules]
        for state in ("failed", "waived", "passed"):
            if state in states:
                return state
        return "nothing to judge"


def as_markdown(verdicts: list[GateVerdict]) -> str:
    return _render("assessor.md.j2", verdicts)


def as_html(verdicts: list[GateVerdict]) -> str:
    return _render("assessor.html.j2", verdicts)


def _render(template: str, verdicts: list[GateVerdict]) -> str:
    environment = templates("policies.report")
    environment.filters["cell"] = lambda text: str(text).replace("|", "\\|").replace("\n", " ")
    environment.filters["counted"] = counted
    return environment.get_template(template).render(roots=[_view(each) for each in verdicts])


def _view(verdict: GateVerdict) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "blocks": sum(len(stack.blocks) for stack in verdict.stacks),
        "files": sum(len(list(stack.folder.glob("*.tf"))) for stack in verdict.stacks),
        "scopes": _scopes(verdict),
        "sections": _sections(verdict),
        "accepted": [each.row(count) for each, count in verdict.accepted],
        "header": HEADER,
        "only_plan": [each for each in verdict.failed if each.source == "plan"],
        "certificates": inventory.certificates(verdict.stacks),
        "components": inventory.components(verdict.stacks),
        "group_uses": inventory.group_uses(verdict.stacks),
        "open_ports": inventory.open_ports(verdict.stacks),
    }


def _sections(verdict: GateVerdict) -> list[RequirementSection]:
    silent = verdict.no_answer
    evidence = {
        id_: RuleEvidence(text, no_answer=silent.get(id_, 0)) for id_, text in verdict.rules.items()
    }
    passed: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for result in verdict.results:
        if result.outcome == "passed":
            passed[result.rule][result.address].append(result.stack)
        else:
            getattr(evidence[result.rule], result.outcome).append(result)
    for id_, addresses in passed.items():
        evidence[id_].passed = {a: sorted(set(s)) for a, s in sorted(addresses.items())}
    return [
        RequirementSection(
            each.number, each.title, each.inventory, [evidence[r] for r in each.rules]
        )
        for each in verdict.requirements.in_order
    ]


def _scopes(verdict: GateVerdict) -> list[dict[str, Any]]:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for stack in verdict.stacks:
        counts[stack.owner or "(no environment)"][stack.scope] += 1
    return [
        {"environment": environment, **{s: stacks[s] for s in ("inside", "connected", "outside")}}
        for environment, stacks in sorted(counts.items())
    ]
