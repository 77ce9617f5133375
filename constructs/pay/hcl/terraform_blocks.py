"""The arguments of Terraform's own blocks (as of 1.11), and how JSON syntax reads each.

Source: the JSON Configuration Syntax page of the Terraform documentation, section
"Block-type-specific Exceptions", and trials with `terraform validate` (tests/pay/hcl).
The project does not use `module`, `provisioner`, `connection` or `cloud`; the writer refuses them.
"""

from pay.hcl.shapes import Argument, NestedBlock, Position, Reading, Shape, TypedBlock

TEMPLATE = Argument()
LITERAL = Argument(Reading.LITERAL)
NAME = Argument(Reading.NAME)
EXPRESSION = Argument(Reading.EXPRESSION)
DEPENDS_ON = Argument(Reading.REFERENCES, place=Position.LAST)


_CONDITION = NestedBlock(Shape({"condition": TEMPLATE, "error_message": TEMPLATE}))

_LIFECYCLE = NestedBlock(
    Shape(
        {
            "create_before_destroy": LITERAL,
            "prevent_destroy": LITERAL,
            "ignore_changes": Argument(Reading.REFERENCES_OR_ALL),
            "replace_triggered_by": Argument(Reading.EXPRESSIONS),
            "precondition": _CONDITION,
            "postcondition": _CONDITION,
        }
    )
)

TERRAFORM = Shape(
    {
        "required_version": LITERAL,
        "required_providers": NestedBlock(Shape({}, others=Argument(Reading.REQUIREMENT))),
        "backend": NestedBlock(Shape({}, others=LITERAL), label_count=1),
    }
)
VARIABLE = Shape(
    {
        "description": LITERAL,
        "type": Argument(Reading.TYPE),
        "default": LITERAL,
        "sensitive": LITERAL,
        "nullable": LITERAL,
        "ephemeral": LITERAL,
        "validation": _CONDITION,
    }
)
LOCALS = Shape({}, others=TEMPLATE)
MOVED = Shape({"from": EXPRESSION, "to": EXPRESSION})
IMPORT = Shape(
    {
        "for_each": Argument(place=Position.FIRST),
        "provider": Argument(Reading.REFERENCE, place=Position.FIRST),
        "to": EXPRESSION,
        "id": TEMPLATE,
    }
)
REMOVED = Shape({"from": EXPRESSION, "lifecycle": NestedBlock(Shape({"destroy": LITERAL}))})
OUTPUT = Shape(
    {
        "description": LITERAL,
        "value": TEMPLATE,
        "sensitive": LITERAL,
        "ephemeral": LITERAL,
        "precondition": _CONDITION,
        "depends_on": DEPENDS_ON,
    }
)


def check(data: TypedBlock) -> Shape:
    """Return the body of a check, which may hold a data source of its own."""
    return Shape({"data": data, "assert": _CONDITION})


def dynamic(shape: Shape) -> Shape:
    """Return the body of a dynamic block, which creates blocks with the body `shape`."""
    content = NestedBlock(shape, "single")
    return Shape({"for_each": TEMPLATE, "iterator": NAME, "content": content})


def with_meta_arguments(shape: Shape) -> Shape:
    """Return the body of a resource or data source: `shape` between Terraform's own arguments."""
    return Shape(
        {
            "count": Argument(place=Position.FIRST),
            "for_each": Argument(place=Position.FIRST),
            "provider": Argument(Reading.REFERENCE, place=Position.FIRST),
            **shape.entries,
            "lifecycle": _LIFECYCLE,
            "depends_on": DEPENDS_ON,
        }
    )


def with_alias(shape: Shape) -> Shape:
    """Return the body of a provider block."""
    return Shape({"alias": Argument(Reading.LITERAL, place=Position.FIRST), **shape.entries})
