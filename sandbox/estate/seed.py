"""Creates everything that an environment's lookups expect."""

from collections.abc import Callable, Collection
from typing import Any

from pay.model import Environment
from sandbox.estate.caches import make_caches
from sandbox.estate.configuration import make_configuration
from sandbox.estate.databases import make_databases
from sandbox.estate.dns import make_dns
from sandbox.estate.estate_builder import Owner
from sandbox.estate.finding_topics import make_finding_topics
from sandbox.estate.images import make_images
from sandbox.estate.legacy_cluster import make_legacy_cluster
from sandbox.estate.legacy_service import make_legacy_service
from sandbox.estate.log_pipeline import make_log_pipeline
from sandbox.estate.mistakes import Mistake
from sandbox.estate.neighbours import make_neighbours
from sandbox.estate.network import make_network
from sandbox.estate.storage import make_storage
from sandbox.estate.watching import make_watching
from sandbox.estate.web_acls import make_web_acl


def seed(
    environment: Environment,
    client: Callable[[str], Any],
    *,
    legacy: Collection[str] = (),
    mistakes: Collection[Mistake] = (),
    neighbours: bool = False,
) -> None:
    """Create the resources that are missing; a second run changes nothing.

    `neighbours` also creates what the environment's own stacks look up of each other, so that every
    stack can be planned. Do not use it for an environment that is then deployed.
    `legacy` names the services that already run on EC2. `mistakes` are deliberate, and do not
    change the resources of an earlier run.
    """
    owner = Owner(environment, client, mistakes)
    make_network(owner)
    make_databases(owner)
    make_dns(owner)
    make_configuration(owner)
    make_caches(owner)
    make_storage(owner)
    # Repositories that a stack of the environment's account makes are there only if it adopts them.
    if legacy or neighbours or environment.registry is None:
        make_images(owner)
    make_web_acl(owner)
    make_watching(owner)
    make_finding_topics(owner)
    make_log_pipeline(owner)
    if legacy:
        make_legacy_cluster(owner)
    for service in owner.services:
        if service.name in legacy:
            make_legacy_service(owner, service)
    if neighbours:
        make_neighbours(owner)
