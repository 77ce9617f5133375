"""What may stand in the body of a block: how each argument is read and in which order written."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

Kind = Literal["scalar", "sequence", "mapping", "any"]
Primitive = Literal["string", "number", "bool"]
NestingMode = Literal["single", "group", "list", "set", "map"]


COMMENT = "//"
"""The argument that Terraform's JSON syntax ignores; cdktf keeps its metadata there."""


class Reading(Enum):
    """How Terraform reads the strings of an argument in its JSON syntax."""

    TEMPLATE = "template"
    LITERAL = "literal"
    REFERENCE = "reference"
    REFERENCES = "references"
    REFERENCES_OR_ALL = "references or all"
    EXPRESSION = "expression"
    EXPRESSIONS = "expressions"


class Place(Enum):
    """Where in a body an argument stands: meta-arguments lead, `depends_on` closes."""

    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument written with an equals sign."""

    reading: Reading = Reading.TEMPLATE
    kind: Kind = "any"
    primitive: Primitive | None = None
    place: Place = Place.MIDDLE


@dataclass(frozen=True, slots=True)
class NestedBlock:
    """One argument written as a block with this many labels."""

    shape: "Shape"
    nesting_mode: NestingMode = "list"
    label_count: int = 0


@dataclass(frozen=True)
class Shape:
    """The arguments of one kind of body, in the order in which they are written.

    `others` reads every name that `entries` does not list; default: such a name is a mistake.
    """

    entries: dict[str, Argument | NestedBlock]
    others: Argument | None = None
    allows_dynamic: bool = True
    rank: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        ranks = {name: position for position, name in enumerate([COMMENT, *self.entries])}
        object.__setattr__(self, "rank", ranks)
