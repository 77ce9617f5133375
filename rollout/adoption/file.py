"""The reviewed files: import ids in `environments/adopted/<env>.toml`, and what services keep in
`environments/<env>.toml`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import tomlkit

from pay.environments.adopted import CREATE, read_adopted
from pay.model import Environment, Kept
from rollout.adoption.import_answers import ImportAnswer


def keep_lines(
    path: Path, environment: Environment, answers: Sequence[ImportAnswer]
) -> Sequence[ImportAnswer]:
    """Return the answers with the lines that the file has for what has no finder.

    Raises InvalidInput when the file is unreadable and could have such a line.
    """
    if not path.exists() or not any(each.by_hand for each in answers):
        return answers
    tables = read_adopted(path, environment)
    lines = {
        (stack, address): import_id
        for stack, table in tables.items()
        if isinstance(table, dict)
        for address, import_id in table.items()
    }
    return [
        replace(each, import_id=lines.get((each.stack, each.address))) if each.by_hand else each
        for each in answers
    ]


def as_toml(environment: Environment, answers: Iterable[ImportAnswer]) -> str:
    """Return a table for each stack, state address = import id. CREATE marks what should run and
    does not. A reviewer sees it, and a lost line differs from it.
    """
    document = tomlkit.document()
    for comment in (
        f"What runs in {environment.name} and is taken over by Terraform.",
        f"Written by `pay adopt {environment.name}`; review, then commit.",
    ):
        document.add(tomlkit.comment(comment))
    for each in answers:
        lacks = each.is_missing and each.expected
        if import_id := each.import_id or (CREATE if lacks else None):
            table = document.setdefault(each.stack, tomlkit.table())
            table[each.address] = import_id
    return tomlkit.dumps(document)


def with_keeps(text: str, kept: Mapping[str, Sequence[Kept]]) -> str:
    """Return the text of an environment file whose services keep exactly this. Every other line,
    and every line that says so already, stays as it is.
    """
    document = tomlkit.parse(text)
    for name, arguments in kept.items():
        service = document["services"][name]
        words = [argument.value for argument in arguments]
        if service.get("keeps", []) == words:
            continue
        if words:
            service["keeps"] = words
        else:
            del service["keeps"]
    return tomlkit.dumps(document)


def with_encryption(text: str, encryption: Mapping[str, str]) -> str:
    """Return the text of an environment file whose account keeps the encryption that was found.
    Every other line, and every line that says so already, stays as it is.
    """
    document = tomlkit.parse(text)
    registry = document.get("registry")
    if registry is None or registry.get("encryption", {}) == encryption:
        return text
    table = tomlkit.table()
    for repository, key_or_cipher in sorted(encryption.items()):
        table[repository] = key_or_cipher
    registry["encryption"] = table
    return tomlkit.dumps(document)
