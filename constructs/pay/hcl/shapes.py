"""The arguments that a block may have, how Terraform reads each, and their order in the text."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

Kind = Literal["scalar", "sequence", "mapping", "any"]
Primitive = Literal["string", "number", "bool"]
NestingMode = Literal["single", "group", "list", "set", "map"]

COMMENT = "//"
"""The argument that Terraform's JSON syntax ignores; cdktf stores its metadata there."""


class Reading(Enum):
    """A way in which Terraform reads the strings of an argument in its JSON syntax."""

    TEMPLATE = "template"
    LITERAL = "literal"
    NAME = "name"
    REFERENCE = "reference"
    REFERENCES = "references"
    REFERENCES_OR_ALL = "references or all"
    TYPE = "type"
    REQUIREMENT = "requirement"
    EXPRESSION = "expression"
    EXPRESSIONS = "expressions"


class Position(Enum):
    """The position of an argument in a body: meta-arguments first, `depends_on` last."""

    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument written with an equals sign."""

    reading: Reading = Reading.TEMPLATE
    kind: Kind = "any"
    primitive: Primitive | None = None
    place: Position = Position.MIDDLE
    is_computed: bool = False
    """The provider alone gives it its value."""


@dataclass(frozen=True, slots=True)
class NestedBlock:
    """One argument written as a block with this many labels."""

    shape: "Shape"
    nesting_mode: NestingMode = "list"
    label_count: int = 0


@dataclass(frozen=True, slots=True)
class TypedBlock:
    """One argument written as blocks whose first label selects the body.

    `unknown` describes the problem with a label that selects nothing.
    """

    find: "Callable[[str], Shape | None]"
    unknown: Callable[[str], str]
    label_count: int = 1


@dataclass(frozen=True)
class Shape:
    """The arguments of one kind of body, in the order of writing.

    `others` applies to every name that is not in `entries`; by default such a name is a mistake.
    """

    entries: dict[str, Argument | NestedBlock | TypedBlock]
    others: Argument | None = None
    rank: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        ranks = {name: position for position, name in enumerate([COMMENT, *self.entries])}
        object.__setattr__(self, "rank", ranks)
