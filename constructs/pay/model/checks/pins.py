"""The pins of sidecars: one for each sidecar that a service has, and no other."""

from collections.abc import Iterator

from pay.model.environment.environment import Environment
from pay.model.problem import Problem, did_you_mean
from pay.model.service.call_graph import Catalogue


def pin_problems(environment: Environment, catalogue: Catalogue) -> Iterator[Problem]:
    """Yield the pins without a sidecar, and the sidecars without a pin."""
    known = {each.name: each for service in catalogue.values() for each in service.sidecars}
    for name in sorted(environment.sidecars.keys() - known.keys()):
        yield Problem(
            key=f"sidecars.{name}",
            found="no sidecar of the catalogue",
            allowed=", ".join(known),
            fix=did_you_mean(name, known, "remove the table"),
        )
    for name in sorted(known.keys() - environment.sidecars.keys()):
        yield Problem(
            key=f"sidecars.{name}",
            found="nothing",
            allowed="the release of every sidecar: release, digest and built",
            fix=f"add [sidecars.{name}]; `pay images` prints what runs",
        )
