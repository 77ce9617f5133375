"""Detects what a copied environment file still shares with the file that it was copied from."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from operator import attrgetter
from typing import Any

from pay.environments.file import EnvironmentFile
from pay.model import Environment, Problem


@dataclass(frozen=True)
class OwnKey:
    """A key whose value an environment must have for itself."""

    key: str
    within: tuple[str, ...]
    """The keys, if any, that two environments must share before the value counts."""
    own: str
    """The named thing, in words."""
    why: str


OWN_KEYS = (
    OwnKey(
        "dns.public_zone",
        (),
        "public zone of its own",
        "both would write `www` into it",
    ),
    OwnKey(
        "dns.internal_zone",
        ("account_id",),
        "private zone of its own in the account",
        "both would write every service into it",
    ),
    OwnKey(
        "network.vpc",
        ("account_id", "region"),
        "VPC of its own in the account",
        "both would run in one network",
    ),
)


@dataclass(frozen=True)
class Copy:
    """A file that shares what it must have for itself, and the file that it shares it with."""

    copy: EnvironmentFile
    original: EnvironmentFile
    shared: tuple[OwnKey, ...]

    def problems(self) -> Iterator[Problem]:
        """Yield a mistake for each key, with the lines of both files."""
        environment = self.copy.draft.environment
        for number, own in enumerate(self.shared):
            value = f"{_value(environment, own.key)}, as in {self._original_at(own.key)}"
            also = "" if number else self._also()
            names = self.copy.path.stem, self.original.path.stem
            problem = Problem(
                key=own.key,
                found=value,
                allowed=f"a {own.own}: {own.why}",
                fix=f"name that of {names[0]}, or remove {names[1]}{also}",
            )
            yield self.copy.placed(problem)

    def _also(self) -> str:
        """Return in words the other values that name the original, which may be shared."""
        name = self.original.path.stem
        own = {each.key for each in OWN_KEYS}
        keys = [
            f"{key} (line {self.copy.lines.of(key)})"
            for key in _keys_that_name(name, self.copy)
            if key not in own
        ]
        return f"; {', '.join(keys)} also name {name}: share them on purpose only" if keys else ""

    def _original_at(self, key: str) -> str:
        return f"{self.original.path}:{self.original.lines.of(key)}"


def copies(files: Mapping[str, EnvironmentFile], needed: Collection[str]) -> Iterator[Copy]:
    """Yield each pair of files that share what an environment must have for itself. A file that is
    not needed is never the original of one that is.
    """
    for one, other in combinations(files.values(), 2):
        drafts = (one.draft, other.draft)
        shared = tuple(
            own
            for own in OWN_KEYS
            if all(draft.readable("name", *map(_table, (own.key, *own.within))) for draft in drafts)
            and all(
                _value(one.draft.environment, key) == _value(other.draft.environment, key)
                for key in (own.key, *own.within)
            )
        )
        if shared:
            pair = (one, other) if _is_copy(one, other, needed) else (other, one)
            yield Copy(*pair, shared)


def _is_copy(one: EnvironmentFile, other: EnvironmentFile, needed: Collection[str]) -> bool:
    """Return whether the first of two files is the copy. It is when only the second is needed. It
    also is when their values name it less often, because they were written for the other.
    """
    one_is_needed, other_is_needed = (file.path.stem in needed for file in (one, other))
    if one_is_needed != other_is_needed:
        return other_is_needed
    named_one, named_other = (
        sum(len(_keys_that_name(name, file)) for file in (one, other))
        for name in (one.path.stem, other.path.stem)
    )
    return named_one < named_other


def _keys_that_name(name: str, file: EnvironmentFile) -> list[str]:
    """Return the keys of a file whose texts name an environment."""
    names_it = re.compile(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])")
    texts = _texts(file.draft.environment)
    return [key for key, value in texts if key != "follows" and names_it.search(value)]


def _value(environment: Environment, key: str) -> str:
    return str(attrgetter(key)(environment))


def _table(key: str) -> str:
    return key.partition(".")[0]


def _texts(environment: Environment) -> Iterator[tuple[str, str]]:
    """Yield every text of the file's own tables with its dotted key."""

    def of(value: Any, key: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for name, inner in value.items():
                yield from of(inner, f"{key}.{name}" if key else name)
        elif isinstance(value, str):
            yield key, value

    yield from of(environment.model_dump(mode="json", exclude={"name", "services"}), "")
