"""A stack as the gate reads it: one Terraform root, its tags and its blocks."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pay.model.stack_kind import StackKind, StackScope
from pay.model.stacks import kind_of
from pay.unread import Unread

Conf = dict[str, Any]
"""The body of a block as checkov parses it, with each attribute and nested block in a list."""

Kind = Literal["resource", "data"]


class NotKnown(Unread):
    """A plan does not know a value before the apply, so that only the HCL can be judged."""


def get(conf: Any, *path: str) -> Any:
    """Return the value of `conf` at `path`, without the lists that the parser adds at each level.

    Returns None if it is absent.
    """
    for key in path:
        conf = first(conf)
        if not isinstance(conf, Mapping):
            return None
        conf = conf.get(key)
    return first(conf)


def first(item: Any) -> Any:
    """Return the element of a list of one, or `item` itself."""
    return item[0] if isinstance(item, list) and len(item) == 1 else item


def blocks_of(conf: Mapping[str, Any], name: str) -> list[Conf]:
    """Return every nested block called `name`, or every object in the attribute `name`."""
    return [item for item in _flat(conf.get(name)) if isinstance(item, dict)]


def strings(conf: Mapping[str, Any], name: str) -> list[str]:
    """Return every string of a list attribute."""
    return [str(item) for item in _flat(conf.get(name))]


def _flat(item: Any) -> list[Any]:
    if item is None:
        return []
    if isinstance(item, list):
        return [inner for each in item for inner in _flat(each)]
    return [item]


@dataclass(frozen=True, slots=True)
class Block:
    """A `resource` or `data` block and its place in a file."""

    kind: Kind
    type: str
    name: str
    conf: Conf
    stack: "SynthesisedStack" = field(repr=False, compare=False)
    file: str = ""
    first_line: int = 1
    last_line: int = 1

    @property
    def full_type(self) -> str:
        """Return the type as rules name it; a leading `data.` marks a data source."""
        return f"data.{self.type}" if self.kind == "data" else self.type

    @property
    def address(self) -> str:
        return f"{self.full_type}.{self.name}"

    def get(self, *path: str) -> Any:
        return get(self.conf, *path)

    def blocks(self, name: str) -> list[Conf]:
        return blocks_of(self.conf, name)

    def strings(self, name: str) -> list[str]:
        return strings(self.conf, name)


@dataclass(slots=True)
class SynthesisedStack:
    """One Terraform root; its tags are the provider's `default_tags`."""

    name: str
    folder: Path
    tags: Mapping[str, str] = field(default_factory=dict)
    allowed_account_ids: tuple[str, ...] = ()
    from_plan: bool = False
    """True for a plan, where a value not known before the apply does not count as missing."""
    files: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """The content of each file: kind of block -> blocks."""
    _index: dict[tuple[str, str, str], Block] = field(default_factory=dict)

    def add(self, definition: Mapping[str, Any], file: str = "") -> None:
        """Add the blocks of one file as checkov parses it."""
        self.files[file] = definition
        kinds: tuple[Kind, ...] = ("resource", "data")
        for kind in kinds:
            for entry in definition.get(kind, []):
                for type_, named in entry.items():
                    for name, conf in named.items():
                        lines = (conf.get(f"__{end}_line__", 1) for end in ("start", "end"))
                        block = Block(kind, type_, name, conf, self, file, *lines)
                        self._index[kind, type_, name] = block

    @property
    def blocks(self) -> Collection[Block]:
        return self._index.values()

    def block(self, kind: str, type_: str, name: str) -> Block | None:
        return self._index.get((kind, type_, name))

    @property
    def provider(self) -> Block:
        """Return a block that represents the provider, for rules about the whole stack."""
        return Block("resource", "provider", "aws", {}, self, str(Path(self.name) / "cdk.tf"))

    @property
    def scope(self) -> str:
        """Return `inside`, `connected` or `outside` the cardholder data environment.

        Without the tag, the strictest rules apply.
        """
        return self.tags.get("CardholderData", "inside")

    @property
    def environment(self) -> str:
        return self.tags.get("Environment", "")

    @property
    def is_production(self) -> bool:
        """Return whether the stack is production; without the tag, the strictest rules apply."""
        return self.tags.get("Production") != "false"

    @property
    def owner(self) -> str:
        """Return the environment, or the account if all its environments share the stack."""
        return self.environment or self.tags.get(StackScope.ACCOUNT, "")

    @property
    def kind(self) -> StackKind | None:
        """Return the kind of stack with these tags, or None."""
        return kind_of(self.tags)

    @property
    def is_of_account(self) -> bool:
        """Return whether all environments of its account share the stack."""
        return self.kind is not None and self.kind.scope is StackScope.ACCOUNT

    @property
    def serves_both_segments(self) -> bool:
        """Return whether it creates the resources of both segments; False for an unknown kind of
        stack.
        """
        return self.kind is not None and self.kind.serves_both_segments

    def of(self, *types: str) -> Iterator[Block]:
        """Yield the blocks of these types; a leading `data.` marks a data source."""
        return (block for block in self.blocks if block.full_type in types)

    def find(self, reference: Any) -> Block | None:
        """Return the block of this stack that a reference such as `aws_lb.this.arn` names."""
        if not isinstance(reference, str):
            return None
        parts = reference.removeprefix("data.").split(".")
        if len(parts) < 2:
            return None
        kind = "data" if reference.startswith("data.") else "resource"
        return self.block(kind, parts[0], parts[1].split("[")[0])
