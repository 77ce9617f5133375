"""Finds the names of ids in plans: of what the configuration looks up and of what stacks manage."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pay.containers.images import short_image
from pay.model import Environment
from rollout.plans.plan import Plan, StateResource, Values
from rollout.plans.values import dig, is_marked
from rollout.review.view_models import ReviewLine

_SHORTEST_ID = 8
"""A shorter text, or a region, is not an id that a reader has to look up."""

_NAMES = ("domain", "domain_name", "name", "cluster_name")
"""The attributes with a resource's name when no tag has it."""

_SEARCHES = ("aws_security_groups", "aws_subnets")
"""Data sources that return several ids for several names."""


@dataclass(frozen=True)
class KnownNames:
    """The names of ids and ARNs. An id without one is shown alone."""

    names: dict[str, str]

    def beside(self, text: str) -> str:
        """Return the text with the name behind each id: `subnet-1 (private-a, eu-west-1a)`; in
        parentheses `(subnet-1, private-a, eu-west-1a)`.
        """
        named = self._ids.sub(lambda match: f"{match[0]} ({self.names[match[0]]})", text)
        return re.sub(r"\((\S+) \(([^()]*)\)\)", r"(\1, \2)", named)

    def in_line(self, line: ReviewLine) -> ReviewLine:
        """Return the line with the names in both its values."""
        return ReviewLine(line.what, self.beside(line.before), self.beside(line.after))

    @cached_property
    def _ids(self) -> re.Pattern[str]:
        # The longest first, because an ARN contains its id.
        ids = sorted(self.names, key=len, reverse=True)
        return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, ids)) or '(?!)'})(?![\w-])")


def without_own_account(text: str, environment: Environment) -> str:
    """Return the text with ARNs of the environment's account and region as `service:resource`. An
    ARN of another one stays whole, and is seen.
    """
    own = rf"arn:aws:([a-z0-9-]+):(?:{environment.region})?:(?:{environment.account_id})?:"
    return re.sub(own, r"\1:", text)


def known_names(plans: Iterable[Plan], environments: Iterable[Environment] = ()) -> KnownNames:
    """Return the names that plans know, none that Terraform calls sensitive, and the releases of
    the digests that environments pin.

    One plan may name what another one uses: the platform's keys, for example.
    """
    pins = [pin for environment in environments for pin in environment.sidecars.values()]
    names = {
        digest: f"release {pin.release}"
        for pin in pins
        for digest in (pin.digest, short_image(pin.digest))
    }
    resources = [
        resource
        for plan in plans
        for values in (plan.prior_state.values, plan.planned_values)
        for resource in values.root_module.every_resource()
    ]
    for resource in sorted(resources, key=_exactness):
        names |= _names_of(resource)
    return KnownNames({id: name for id, name in names.items() if _says_more(id, name)})


def _exactness(resource: StateResource) -> int:
    """Return how well a resource names an id: a search knows several, an alias what people say."""
    return -1 if resource.type in _SEARCHES else int(resource.type == "aws_kms_alias")


def _says_more(id: str, name: str) -> bool:
    return len(id) >= _SHORTEST_ID and bool(name) and name not in id and id not in name


def _names_of(resource: StateResource) -> Iterator[tuple[str, str]]:
    values = {
        key: value
        for key, value in resource.values.items()
        if not is_marked(resource.sensitive_values, key)
    }
    match resource.type:
        case type if type in _SEARCHES:
            yield from _of_a_search(values)
        case "aws_kms_alias":
            yield from _each(values, ("target_key_arn", "target_key_id"), _text(values, "name"))
        case "aws_kms_key" if _text(values, "key_id").startswith("alias/"):
            yield from _each(values, ("arn", "id"), _text(values, "key_id"))
        case "aws_subnet":
            name = _tag(values) or _text(values, "cidr_block")
            parts = (name, _text(values, "availability_zone"))
            yield from _each(values, ("id", "arn"), ", ".join(filter(None, parts)))
        case "aws_route53_zone":
            yield from _each(values, ("zone_id", "arn"), _text(values, "name"))
        case _:
            name = next((n for key in _NAMES if (n := _text(values, key))), "") or _tag(values)
            yield from _each(values, ("id", "arn"), name)


def _of_a_search(values: Values) -> Iterator[tuple[str, str]]:
    """Yield the names that a search was for. The order of its answer is not that of its question.
    So each id of several may have any of them.
    """
    named = ("group-name", "tag:Name")
    filters = [f for f in values.get("filter") or () if dig(f, "name") in named]
    wanted = [str(name) for each in filters for name in dig(each, "values") or ()]
    ids = [id for id in values.get("ids") or () if isinstance(id, str)]
    name = wanted[0] if len(wanted) == 1 == len(ids) else f"one of {', '.join(wanted)}"
    yield from ((id, name) for id in ids if wanted)


def _each(values: Values, keys: Iterable[str], name: str) -> Iterator[tuple[str, str]]:
    yield from ((id, name) for key in keys if (id := _text(values, key)))


def _tag(values: Values) -> str:
    return _text(values.get("tags"), "Name") or _text(values.get("tags_all"), "Name")


def _text(values: Any, key: str) -> str:
    value = dig(values, key)
    return value if isinstance(value, str) else ""
