"""Every rule that the gate applies, with its message and the requirements it serves."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import yaml
from checkov.common.bridgecrew.check_type import CheckType
from checkov.common.checks_infra.registry import get_graph_checks_registry
from checkov.terraform.checks.data.registry import data_registry
from checkov.terraform.checks.provider.registry import provider_registry
from checkov.terraform.checks.resource.registry import resource_registry

import policies.checks  # declares the rules
import policies.estate  # noqa: F401  # declares the rules
from policies.engine.requirements import Requirements, UnknownRule
from policies.engine.rule import ESTATE_RULES, RULES
from policies.engine.scan import GRAPH_CHECKS
from policies.results import RuleText


def catalogue(requirements: Requirements) -> dict[str, RuleText]:
    """Return the rules of the table, by id.

    Raises UnknownRule if the table names a rule that does not exist or omits one of our own.
    """
    numbers = requirements.numbers_of_rules()
    ours = _ours()
    texts = _checkovs() | ours
    mistakes = [
        f"requirements.toml names {each}, which is neither a check of checkov nor a file in checks/"
        for each in sorted(set(numbers) - set(texts))
    ] + [
        f"requirements.toml does not name {each}; add it under the requirement it serves"
        for each in sorted(set(ours) - set(numbers))
    ]
    if mistakes:
        raise UnknownRule("\n".join(mistakes))
    return {id_: replace(texts[id_], requirements=served) for id_, served in numbers.items()}


def block_types(rules: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the block types that each rule judges.

    Checks of connections are omitted, because they judge every block that their pattern matches.
    """
    types: dict[str, set[str]] = defaultdict(set)
    for prefix, registry in (("", resource_registry), ("data.", data_registry)):
        for type_, checks in registry.checks.items():
            for check in checks:
                types[check.id].add(f"{prefix}{type_}")
    return {rule: frozenset(types[rule]) for rule in rules if rule in types}


def covered_types(requirements: Requirements, rules: frozenset[str]) -> frozenset[str]:
    """Return the resource types that a rule judges, and those listed under needs_no_rule.

    Raises UnknownRule if a type is both.
    """
    judged = set().union(*block_types(rules).values())
    for check in get_graph_checks_registry(CheckType.TERRAFORM).checks:
        if check.id in rules:
            judged |= set(check.resource_types)
    exempt = {each.type for each in requirements.needs_no_rule}
    if both := sorted(exempt & judged):
        raise UnknownRule(
            f"requirements.toml lists {', '.join(both)} under needs_no_rule, but a rule judges it; "
            "remove the entry"
        )
    return frozenset(judged | exempt)


def _ours() -> dict[str, RuleText]:
    texts = [each.text for each in RULES] + [each.text for each in ESTATE_RULES.values()]
    mistakes = list[str]()
    for file in sorted(GRAPH_CHECKS.glob("*.yaml")):
        try:
            texts.append(_text(file))
        except UnknownRule as mistake:
            mistakes.append(str(mistake))
    if mistakes:
        raise UnknownRule("\n".join(mistakes))
    return {each.id: each for each in texts}


def _text(file: Path) -> RuleText:
    """Return the text of a rule. Raises UnknownRule if the file is not YAML, or lacks what the
    message of the rule needs.
    """
    try:
        check = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise UnknownRule(
            f"{file.name}: found {reason}; required: a check of checkov in YAML"
        ) from (None)
    metadata = check.get("metadata") if isinstance(check, dict) else None
    texts = metadata if isinstance(metadata, dict) else {}
    needed = ("id", "name", "guideline")
    if absent := [key for key in needed if not isinstance(texts.get(key), str)]:
        raise UnknownRule(
            f"{file.name}: found no text for {', '.join(absent)}; required: metadata with the "
            "rule's id, what must hold (name) and why (guideline)"
        )
    return RuleText(texts["id"], texts["name"], texts["guideline"], "ours")


def _checkovs() -> dict[str, RuleText]:
    graph = get_graph_checks_registry(CheckType.TERRAFORM)
    graph.load_checks()
    checks = [*graph.checks]
    for registry in (resource_registry, data_registry, provider_registry):
        for listed in (*registry.checks.values(), *registry.wildcard_checks.values()):
            checks += listed
    return {each.id: RuleText(each.id, each.name, "", "checkov") for each in checks}
