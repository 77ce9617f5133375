"""The reviewed file of import ids, `environments/adopted/<env>.toml`."""

from collections.abc import Iterable

import tomlkit

from pay.environments.adopted import CREATE
from pay.model import Environment
from rollout.adoption.answers import Answer


def as_toml(environment: Environment, answers: Iterable[Answer]) -> str:
    """Return a table for each stack, state address = import id. CREATE stands for what should run
    and does not: a reviewer sees it, and a lost line differs from it.
    """
    document = tomlkit.document()
    for comment in (
        f"What runs in {environment.name} and is taken over by Terraform.",
        f"Written by `pay adopt {environment.name}`; review, then commit.",
    ):
        document.add(tomlkit.comment(comment))
    for each in answers:
        if import_id := each.import_id or (CREATE if each.expected else None):
            table = document.setdefault(each.lookup.stack, tomlkit.table())
            table[each.lookup.address] = import_id
    return tomlkit.dumps(document)
