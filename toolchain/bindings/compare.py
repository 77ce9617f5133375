"""Compares the schemas of two versions of the provider, for what stacks use.

    python -m toolchain.bindings.compare cdktf.out

lists every difference of the types in use, those in use by the stacks of this folder first. It
exits 1 if one of them breaks these stacks.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from toolchain.bindings import schema_file
from toolchain.bindings.schema_file import Json

_REFERENCE = re.compile(r"\b((?:data\.)?aws_\w+)\.[\w-]+(?:\[[^]]*\])?\.(\w+)")


class What(StrEnum):
    """The kind of difference of an argument, a block or an attribute, in the words of the list."""

    GONE = "is gone"
    RETYPED = "has another type"
    REQUIRED = "is required"
    FEWER = "may be given less often"
    DEPRECATED = "is deprecated"
    KEPT = "keeps what is there when it is not set"
    NEW = "is new"

    @property
    def breaks(self) -> bool:
        """Return whether stacks that use it fail with the other version, or will."""
        return self not in (What.KEPT, What.NEW)


@dataclass(frozen=True, order=True)
class BindingsDifference:
    path: str
    """Such as `aws_lb.access_logs.bucket`, `data.aws_vpc.id` or `provider.aws.region`."""
    what: What

    def __str__(self) -> str:
        return f"{self.path} {self.what}"


@dataclass(frozen=True)
class _SchemaEntry:
    form: str
    """An attribute's type, or how a block repeats."""
    required: bool
    most: float
    follows_aws: bool
    """It may be set, and is what AWS has where it is not set."""
    deprecated: bool


DEPRECATED_BY_NEXT = frozenset(
    {
        "aws_cloudwatch_event_rule.is_enabled",
        "aws_guardduty_detector.datasources",
        "aws_s3_bucket_lifecycle_configuration.expected_bucket_owner",
        "aws_s3_bucket_logging.expected_bucket_owner",
        "aws_s3_bucket_server_side_encryption_configuration.expected_bucket_owner",
        "aws_s3_bucket_versioning.expected_bucket_owner",
    }
)
"""Facts that the file of the next schema lacks. They are from pulumi-aws 7.51.1, which is made from
the same provider."""


@dataclass(frozen=True)
class Used:
    """The use of the provider by stacks."""

    set: Counter[str]
    """The number of times that a type, a block or an argument is set."""
    read: frozenset[str]
    """The attributes that something refers to."""


def differences(old: Json, new: Json) -> tuple[BindingsDifference, ...]:
    """Return how the types of the old schema differ in the new one. Nothing is returned below a
    removed or new block.
    """
    before, after = _entries(old), _entries(new)
    changed = {path for path in {*before, *after} if (path in before) != (path in after)}
    return tuple(
        sorted(
            BindingsDifference(path, what)
            for path in {*before, *after}
            if path.rpartition(".")[0] not in changed
            for what in _between(path, before.get(path), after.get(path))
        )
    )


def in_use(differing: Iterable[BindingsDifference], used: Used) -> tuple[BindingsDifference, ...]:
    """Return the differences that concern stacks which use this. Something required, and something
    that AWS decides where it is not set, concern every block that does not set it.
    """

    def concerns(each: BindingsDifference) -> bool:
        if each.what in (What.REQUIRED, What.KEPT):
            return used.set[each.path.rpartition(".")[0]] > used.set[each.path]
        return each.path in used.set or each.path in used.read

    return tuple(filter(concerns, differing))


def used_by(stacks: Iterable[Mapping[str, Any]]) -> Used:
    """Return what stacks use, from their Terraform JSON."""
    times: Counter[str] = Counter()
    read: set[str] = set()
    for stack in stacks:
        for section, prefix in (("resource", ""), ("data", "data.")):
            for type_, bodies in stack.get(section, {}).items():
                times.update(_set(f"{prefix}{type_}", [*bodies.values()]))
        for name, bodies in stack.get("provider", {}).items():
            times.update(_set(f"provider.{name}", bodies))
        read |= {f"{type_}.{name}" for type_, name in _REFERENCE.findall(json.dumps(stack))}
    return Used(times, frozenset(read))


def _set(path: str, value: object) -> Iterator[str]:
    """Yield a path each time it is set: a block that repeats, as often as it does."""
    blocks = [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    if blocks:
        for block in blocks:
            yield from _set(path, block)
        return
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _set(f"{path}.{key}", inner)


def _between(path: str, before: _SchemaEntry | None, after: _SchemaEntry | None) -> Iterator[What]:
    if after is None:
        yield What.GONE
        return
    if after.required and not (before and before.required):
        yield What.REQUIRED
    if before is None:
        if not after.required:
            yield What.NEW
        return
    if before.form != after.form:
        yield What.RETYPED
    if after.most < before.most:
        yield What.FEWER
    if before.deprecated or after.deprecated or path in DEPRECATED_BY_NEXT:
        yield What.DEPRECATED
    if after.follows_aws and not before.follows_aws:
        yield What.KEPT


def _entries(schema: Json) -> dict[str, _SchemaEntry]:
    entries: dict[str, _SchemaEntry] = {}
    for kind, prefix in zip(schema_file.KINDS, ("", "data."), strict=True):
        for type_, body in schema[kind].items():
            entries |= _of_block(f"{prefix}{type_}", body["block"])
    return entries | _of_block("provider.aws", schema["provider"]["block"])


def _of_block(path: str, block: Json) -> dict[str, _SchemaEntry]:
    entries = {}
    for name, each in block.get("attributes", {}).items():
        optional = each.get("optional", False)
        entries[f"{path}.{name}"] = _SchemaEntry(
            form=_form(each["type"]),
            required=each.get("required", False),
            most=float("inf"),
            follows_aws=optional and each.get("computed", False),
            deprecated=each.get("deprecated", False),
        )
        entries |= _of_object(f"{path}.{name}", each["type"])
    for name, each in block.get("block_types", {}).items():
        entries[f"{path}.{name}"] = _SchemaEntry(
            form=f"block {each['nesting_mode']}",
            required=each.get("min_items", 0) > 0,
            most=1 if each.get("max_items") == 1 else float("inf"),
            follows_aws=False,
            deprecated=each["block"].get("deprecated", False),
        )
        entries |= _of_block(f"{path}.{name}", each["block"])
    return entries


def _of_object(path: str, type_: object) -> dict[str, _SchemaEntry]:
    match type_:
        case ["object", dict(fields)]:
            entries = {}
            for name, inner in fields.items():
                entries[f"{path}.{name}"] = _SchemaEntry(
                    _form(inner), False, float("inf"), False, False
                )
                entries |= _of_object(f"{path}.{name}", inner)
            return entries
        case [_, inner]:
            return _of_object(path, inner)
    return {}


def _form(type_: object) -> str:
    match type_:
        case ["object", _]:
            return "object"
        case [kind, inner]:
            return f"{kind} of {_form(inner)}"
    return str(type_)


def main(folder: Path) -> int:
    """Print the list for the stacks of an output folder; return 1 if a difference breaks one."""
    stacks = [json.loads(file.read_bytes()) for file in folder.glob("stacks/*/metadata.json")]
    old, new = schema_file.read(), schema_file.read(schema_file.NEXT)
    differing = differences(old, new)
    concern = in_use(differing, used_by(stacks))
    print(
        f"{schema_file.PROVIDER} {old['provider_version']} and {new['provider_version']}, for",
        end=" ",
    )
    print(f"{len(stacks)} stacks. In use:")
    for each in concern:
        print(f"  {each}{', which breaks these stacks' if each.what.breaks else ''}")
    print("Not in use:")
    others = [each for each in differing if each not in concern]
    regions = [each for each in others if each.path.endswith(".region")]
    for each in others:
        if each not in regions:
            print(f"  {each}")
    print(f"  region is new for {len(regions)} types")
    return int(any(each.what.breaks for each in concern))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
