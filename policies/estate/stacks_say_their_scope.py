"""Every stack must state its scope, its environment and whether it is production.

The scope of the assessment is documented and confirmed; the rules depend on it. The tags are the
provider's `default_tags`, so every resource in AWS carries them.
"""

from collections import defaultdict

from policies.engine.rule import Findings, estate_rule
from policies.reading.stack import SynthesisedStack

_TAGS_OF_UNKNOWN_KIND = ("Environment", "Stack", "Service")
_SCOPES = ("inside", "connected", "outside")
_PRODUCTION = ("true", "false")


@estate_rule
def judge(stacks: list[SynthesisedStack]) -> Findings:
    production_tags = defaultdict(set)
    for stack in stacks:
        production_tags[stack.owner].add(stack.tags.get("Production"))
    for stack in stacks:
        tags = stack.kind.naming_tags if stack.kind else _TAGS_OF_UNKNOWN_KIND
        problems = [f"default_tags has no {tag}" for tag in tags if not stack.tags.get(tag)]
        if stack.tags.get("Stack") != stack.name:
            problems.append(f"the tag Stack is {stack.tags.get('Stack')!r}, not {stack.name!r}")
        if (scope := stack.tags.get("CardholderData")) not in _SCOPES:
            problems.append(f"CardholderData is {scope!r}; allowed: {', '.join(_SCOPES)}")
        if (production := stack.tags.get("Production")) not in _PRODUCTION:
            problems.append(f"Production is {production!r}; allowed: {', '.join(_PRODUCTION)}")
        elif len(production_tags[stack.owner]) > 1:
            problems.append(f"Production is {production!r}; other stacks of {stack.owner} differ")
        yield stack.provider, problems
