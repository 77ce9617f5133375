"""The reviewed file of import ids, `environments/adopted/<env>.toml`."""

from collections.abc import Iterable

import tomlkit

from pay.environments.adopted import CREATE
from pay.model import Environment
from rollout.adoption.found import Found


def as_toml(environment: Environment, found: Iterable[Found]) -> str:
    """A table for each stack: state address = import id; CREATE for what should run and does not,
    so that a reviewer sees it and a line that was lost is told from it.
    """
    document = tomlkit.document()
    document.add(
        tomlkit.comment(f"What runs in {environment.name} and is taken over by Terraform.")
    )
    document.add(
        tomlkit.comment(f"Written by `pay adopt {environment.name}`; review, then commit.")
    )
    for each in found:
        import_id = each.import_id or (CREATE if each.expected else None)
        if import_id is None:
            continue
        if each.stack not in document:
            document[each.stack] = tomlkit.table()
        document[each.stack][each.address] = import_id
    return tomlkit.dumps(document)
