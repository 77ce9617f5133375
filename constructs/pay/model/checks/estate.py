"""Checks between the environments and the catalogue, and between the environments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pay.model.checks.accounts import account_problems
from pay.model.checks.aws_names import name_problems, security_group_problems
from pay.model.checks.capacity import capacity_problems, size_problems, zone_problems
from pay.model.checks.kept import kept_problems
from pay.model.checks.pins import pin_problems
from pay.model.checks.scaling import event_service_problems, scaling_problems
from pay.model.environment.account import SHARED_FACTS
from pay.model.environment.environment import Environment
from pay.model.problem import Problem, did_you_mean
from pay.model.service.call_graph import Catalogue, callers, cycles


@dataclass(frozen=True)
class Draft:
    """An environment file as far as it could be read."""

    environment: Environment
    """The readable part of the file: unreadable keys are missing, unreadable services are left
    out."""
    broken: frozenset[str] = frozenset()
    """The keys that could not be read, which no check reports again."""
    declared: frozenset[str] = frozenset()
    """The names of all services in the file, also of those that could not be read."""

    def readable(self, *keys: str) -> bool:
        """Return whether all these keys could be read."""
        return self.broken.isdisjoint(keys)


def draft_problems(draft: Draft, catalogue: Catalogue) -> Iterator[Problem]:
    """Yield the mistakes between one environment and the catalogue, without file and line."""
    environment = draft.environment
    if draft.readable("services"):
        for service in sorted(draft.declared - set(catalogue)):
            yield Problem(
                key=f"services.{service}",
                found="an unknown service",
                allowed=", ".join(catalogue),
                fix=did_you_mean(service, catalogue, "remove it, or add it to the catalogue"),
            )
        for service in catalogue:
            if service not in draft.declared:
                needed_by = [name for name in callers(catalogue, service) if name in draft.declared]
                why = f", which {', '.join(needed_by)} would call in vain" if needed_by else ""
                yield Problem(
                    key="services",
                    found=f"no {service}{why}",
                    allowed="every service of the catalogue, with its stage",
                    fix=f"add [services.{service}]",
                )
    if draft.readable("sidecars"):
        yield from pin_problems(environment, catalogue)
    if draft.readable("services"):
        yield from kept_problems(environment, catalogue)
        yield from size_problems(environment, catalogue)
    if draft.readable("services", "network", "production"):
        yield from scaling_problems(environment, catalogue)
    if draft.readable("events", "services"):
        yield from event_service_problems(environment, catalogue)
    if draft.readable("capacity", "services"):
        yield from capacity_problems(environment, catalogue)
    if draft.readable("capacity", "network"):
        yield from zone_problems(environment)
    if draft.readable("name"):
        yield from security_group_problems(environment, catalogue.values())


def follows_problems(drafts: Mapping[str, Draft]) -> Iterator[Problem]:
    """Yield the environments that follow an unknown one, or each other; `where` is a name."""
    following: dict[str, tuple[str, ...]] = {}
    for name, draft in drafts.items():
        if not (follows := draft.readable("follows") and draft.environment.follows):
            continue
        following[name] = (follows,)
        if follows not in drafts:
            others = sorted(set(drafts) - {name})
            yield Problem(
                where=name,
                key="follows",
                found=f"{follows}, an unknown environment",
                allowed=", ".join(others) or "no environment: there is no other",
                fix=did_you_mean(follows, others),
            )
    for cycle in cycles(following):
        yield Problem(
            where=cycle[0],
            key="follows",
            found=" -> ".join((*cycle, cycle[0])),
            allowed="a chain that ends",
            fix="remove follows from the one that moves first",
        )


def estate_problems(drafts: Mapping[str, Draft], catalogue: Catalogue) -> Iterator[Problem]:
    """Yield what environments must not share, and where they must agree. `where` is the name of an
    environment, which is the later of two that do not go together.
    """
    named = [draft for name, draft in drafts.items() if _is_named(draft, name)]
    yield from name_problems(
        (draft.environment, service)
        for draft in named
        if draft.readable("account_id", "dns")
        for service in catalogue.values()
    )
    yield from account_problems(
        draft.environment for draft in named if draft.readable("account_id", *SHARED_FACTS)
    )


def _is_named(draft: Draft, name: str) -> bool:
    return draft.readable("name") and draft.environment.name == name
