"""Derives the place of a finding from the names and tags that AWS's tools repeat."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pay.catalogue import CATALOGUE
from pay.catalogue.one_off_tasks import ONE_OFF_TASKS
from pay.model import Environment, Side, names
from rollout.findings.finding import FindingPlace


class Elsewhere(Exception):
    """The finding is about another environment of the same account."""


@dataclass(frozen=True)
class Words:
    """The names of an environment; other environments of the account have findings of their own."""

    environment: Environment
    others: frozenset[str] = frozenset()
    """The names of those environments."""

    def of_task(self, cluster: str, group: str, launch_type: str | None = None) -> FindingPlace:
        """Return what a task of ECS is to us. `cluster` is a name or an ARN. `group` is
        `service:<name>`, or `family:<name>` for a task that somebody started (ECS API reference,
        `Task`, group).

        Raises Elsewhere for a cluster of another environment.
        """
        side = self._side(cluster.rpartition("/")[2])
        if launch_type:
            side = Side.FARGATE if launch_type.upper() == "FARGATE" else Side.EC2
        kind, _, name = group.rpartition(":")
        if kind == "family":
            return self.of_family(name, side)
        return FindingPlace(name, side, name in CATALOGUE)

    def of_family(self, family: str, side: Side | None = None) -> FindingPlace:
        """Return what a family of task definitions is to us."""
        if known := _families(self.environment.name).get(family):
            return FindingPlace(known.service, side or known.side)
        return FindingPlace(family, side, is_known=False)

    def of_running(self, where: str) -> FindingPlace:
        """Return the place that `rollout.images.survey.Running.where` names."""
        name, _, side = where.partition(" on ")
        return (
            FindingPlace(name, Side(side))
            if side
            else self.of_family(name.removesuffix(" as a task"))
        )

    def of_tags(self, tags: Mapping[str, str]) -> FindingPlace | None:
        """Return what a resource with our tags belongs to; None without them. Raises Elsewhere."""
        if tags.get("Environment") in self.others:
            raise Elsewhere
        if (service := tags.get("Service")) is None:
            return None
        side = Side(tags["Side"]) if tags.get("Side") in tuple(Side) else None
        return FindingPlace(service, side, service in CATALOGUE)

    def of_repository(self, repository: str) -> tuple[FindingPlace, ...]:
        """Return the services of this environment that start containers of a repository."""
        services = (CATALOGUE[name] for name in self.environment.services)
        return tuple(
            FindingPlace(service.name)
            for service in services
            if repository == names.repository(service.name)
            or any(repository == sidecar.repository for sidecar in service.sidecars)
        )

    def _side(self, cluster: str) -> Side | None:
        """Return the side of a cluster. Raises Elsewhere."""
        for side in Side:
            if cluster == names.cluster(self.environment.name, side):
                return side
            if any(cluster == names.cluster(other, side) for other in self.others):
                raise Elsewhere
        return None


@cache
def _families(environment: str) -> Mapping[str, FindingPlace]:
    """Return every family of task definitions of an environment, and what starts it."""
    families = {
        names.one_off_task_family(environment, task.name): FindingPlace(task.name)
        for task in ONE_OFF_TASKS
    }
    for service in CATALOGUE:
        migration = names.one_off_task_family(environment, names.migration(service))
        families[migration] = FindingPlace(service)
        for side in Side:
            families[names.task_family(environment, service, side)] = FindingPlace(service, side)
    return families
