"""The reviewed file of import ids, `environments/adopted/<env>.toml`."""

from collections.abc import Iterable

import tomlkit

from pay.model import Environment
from rollout.adoption.finders import Found


def as_toml(environment: Environment, found: Iterable[Found]) -> str:
    """A table for each stack: state address = import id."""
    document = tomlkit.document()
    document.add(
        tomlkit.comment(f"What runs in {environment.name} and is taken over by Terraform.")
    )
    document.add(
        tomlkit.comment(f"Written by `pay adopt {environment.name}`; review, then commit.")
    )
    for each in found:
        if each.import_id is None:
            continue
        if each.stack not in document:
            document[each.stack] = tomlkit.table()
        document[each.stack][each.address] = each.import_id
    return tomlkit.dumps(document)
