"""The graph of calls, and the rules between a caller and a called service."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pay.model.problem import Problem, did_you_mean
from pay.model.service.dependencies import CallStyle
from pay.model.service.microservice import Microservice
from pay.model.vocabulary import LoadBalancerType, Scope

Catalogue = Mapping[str, Microservice]


def neighbours(catalogue: Catalogue, service: str) -> frozenset[str]:
    """Return the services that call this one or are called by it."""
    return frozenset({*callers(catalogue, service), *catalogue[service].called} - {service})


def callers(catalogue: Catalogue, service: str) -> list[str]:
    """Return the services that call this one, in order."""
    return sorted(s.name for s in catalogue.values() if service in s.called)


def cycles(edges: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Return chains of edges that lead back to their start, each once, its smallest name first. At
    least one chain for every edge that closes a chain.
    """
    closed: set[tuple[str, ...]] = set()
    done: set[str] = set()
    path: list[str] = []

    def walk(name: str) -> None:
        if name in path:
            cycle = tuple(path[path.index(name) :])
            first = cycle.index(min(cycle))
            closed.add(cycle[first:] + cycle[:first])
        elif name not in done:
            path.append(name)
            for following in edges.get(name, ()):
                walk(following)
            done.add(path.pop())

    for name in edges:
        walk(name)
    return sorted(closed)


def release_waves(
    edges: Mapping[str, Iterable[str]], services: Iterable[str]
) -> tuple[tuple[str, ...], ...]:
    """Return the services in waves, called services before their callers. A caller may use what the
    new release of a called service adds. A call through a service that is not among them counts.
    Services of one wave can be released in any order, and those of a cycle share a wave.
    """
    chosen = sorted(set(services))
    reached = {name: _reached(edges, name) for name in chosen}
    levels: dict[str, int] = {}

    def level(name: str) -> int:
        if name not in levels:
            before = [t for t in chosen if t in reached[name] and name not in reached[t]]
            levels[name] = 1 + max(map(level, before), default=-1)
        return levels[name]

    waves: dict[int, list[str]] = {}
    for name in chosen:
        waves.setdefault(level(name), []).append(name)
    return tuple(tuple(waves[number]) for number in sorted(waves))


def _reached(edges: Mapping[str, Iterable[str]], start: str) -> frozenset[str]:
    """Return what calls from a service lead to, itself only through a cycle."""
    reached: set[str] = set()
    pending = [start]
    while pending:
        new = set(edges.get(pending.pop(), ())) - reached
        reached |= new
        pending += new
    return frozenset(reached)


def call_graph_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """Yield the mistakes between services; `where` is the service to change."""
    for service in catalogue.values():
        for rule in (_unknown_names, _shared_secrets, _calls):
            for problem in rule(service, catalogue):
                yield replace(problem, where=service.name)
    # In a cycle no service could move before the one that it calls.
    for cycle in cycles({service.name: service.called for service in catalogue.values()}):
        yield Problem(
            where=cycle[0],
            key="calls",
            found=" -> ".join((*cycle, cycle[0])),
            allowed="calls that never lead back to the caller",
            fix="make one of them a link, a queue or a topic",
        )


def _unknown_names(service: Microservice, catalogue: Catalogue) -> Iterator[Problem]:
    named: Iterable[tuple[str, str]] = (
        *(("calls", call.service) for call in service.calls),
        *(("links", link.service) for link in service.links),
    )
    for key, name in named:
        if name not in catalogue:
            yield Problem(
                key=key,
                found=f"{name}, an unknown service",
                allowed=", ".join(catalogue),
                fix=did_you_mean(name, catalogue),
            )


def _shared_secrets(service: Microservice, catalogue: Catalogue) -> Iterator[Problem]:
    others = {
        secret for other in catalogue.values() if other is not service for secret in other.secrets
    }
    for secret in service.secrets:
        if secret.shared and secret not in others:
            yield Problem(
                key="secrets",
                found=f"{secret.variable} of the shared secret {secret.shared}, for this service "
                "alone",
                allowed="keys that another service reads as well",
                fix="keep it in the service's own secret, or name it as the other service does",
            )


def _calls(service: Microservice, catalogue: Catalogue) -> Iterator[Problem]:
    for call in service.calls:
        called = catalogue.get(call.service)
        if called is None:
            continue
        yield from _scope(service, called)
        is_proxy = called.load_balancer_type is LoadBalancerType.NETWORK
        if is_proxy == (call.style is CallStyle.URL):
            proxies = f"{CallStyle.JAVA_PROXY} or {CallStyle.HTTP_PROXY}: it is a forward proxy"
            yield Problem(
                key="calls",
                found=f"style {call.style} for {called.name}",
                allowed=proxies if is_proxy else CallStyle.URL,
            )
        ours, theirs = (s.timing.longest_request_seconds for s in (service, called))
        if ours < theirs and not is_proxy:
            yield Problem(
                key="timing.longest_request_seconds",
                found=str(ours),
                allowed=f"at least the {theirs} of {called.name}, whose answer it waits for",
                fix="a shorter one ends the request while the called service still works on it",
            )


def _scope(service: Microservice, called: Microservice) -> Iterator[Problem]:
    """Refuse calls between outside and inside the CDE. A system that talks to one inside, in either
    direction, is connected to it. PCI DSS v4.0.1, "Scope of PCI DSS Requirements".
    """
    for one, other in ((service, called), (called, service)):
        if one.scope is Scope.OUTSIDE and other.scope is Scope.INSIDE:
            direction = "calls" if one is service else "is called by"
            yield Problem(
                key="scope" if one is service else "calls",
                found=f"{one.name}, which is outside, {direction} {other.name}, which is inside",
                allowed="calls between inside and inside or connected",
                fix=f"set the scope of {one.name} to connected, or remove the call",
            )
