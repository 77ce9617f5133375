"""Writes one stack's Terraform JSON as HCL2, with the blocks in a fixed order."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pay.hcl import terraform_blocks as own
from pay.hcl.bodies import BodyWriter
from pay.hcl.errors import HclError
from pay.hcl.expressions import called_function
from pay.hcl.schema import ProviderSchema
from pay.hcl.shapes import COMMENT, NestedBlock, Primitive, Shape, TypedBlock
from pay.hcl.templates import only_expression

_ADD_RESOURCE = (
    "add {} to its stack's row in constructs/pay/model/stacks.py and run `make bindings`"
)
_ADD_DATA_SOURCE = "add the line {} to toolchain/bindings/data_sources.txt and run `make bindings`"
_ONE_PROVIDER = "this project uses the provider aws alone"

_RETURNS_TEXT = frozenset({"base64encode", "format", "join", "jsonencode", "tostring"})
"""Functions of Terraform whose result is always a string, as far as the stacks call them."""


def to_hcl(document: Mapping[str, Any], schema: ProviderSchema) -> str:
    """Return the document as HCL2 text in `terraform fmt` form; equal input gives equal bytes.

    The document is cdktf's `cdk.tf.json`, read with `json.loads`.

    Raises HclError with every problem, for example a type or argument that is not in the schema.
    Others are a block written as attribute or the reverse, and an invalid template.
    """
    return _DocumentWriter(document, schema).text()


class _DocumentWriter:
    def __init__(self, document: Mapping[str, Any], schema: ProviderSchema) -> None:
        self._document = document
        self._schema = schema
        self._bodies = BodyWriter(self._primitive_of)

    def text(self) -> str:
        schema = self._schema
        provider = TypedBlock(schema.provider, self._unknown(_ONE_PROVIDER))
        data = TypedBlock(schema.data_source, self._unknown(_ADD_DATA_SOURCE), label_count=2)
        resource = TypedBlock(schema.resource, self._unknown(_ADD_RESOURCE), label_count=2)
        sections = {
            "terraform": self._own("terraform", own.TERRAFORM),
            "provider": self._section("provider", provider),
            "variable": self._own("variable", own.VARIABLE, label_count=1),
            "locals": self._own("locals", own.LOCALS),
            "moved": self._own("moved", own.MOVED),
            "import": self._own("import", own.IMPORT),
            "removed": self._own("removed", own.REMOVED),
            "data": self._section("data", data),
            "resource": self._section("resource", resource),
            "check": self._own("check", own.check(data), label_count=1),
            "output": self._own("output", own.OUTPUT, label_count=1),
        }
        for name in self._document:
            if name not in sections and name != COMMENT:
                known = ", ".join(sections)
                self._bodies.problem(str(name), f"is not a known block; known: {known}")
        blocks = [text for section in sections.values() for text in section]
        if self._bodies.problems:
            raise HclError(self._bodies.problems)
        return "\n\n".join(blocks) + "\n" if blocks else ""

    def _unknown(self, remedy: str) -> Callable[[str], str]:
        """Return what describes a type outside the schema; `remedy` is that for a type of AWS."""

        def described(type_: str) -> str:
            fitting = remedy.format(type_) if type_.startswith("aws_") else _ONE_PROVIDER
            return f"{type_} is not in {self._schema.source}; {fitting}"

        return described

    def _own(self, section: str, shape: Shape, label_count: int = 0) -> Iterator[str]:
        return self._section(section, NestedBlock(shape, label_count=label_count))

    def _section(self, section: str, block: NestedBlock | TypedBlock) -> Iterator[str]:
        value = self._document.get(section)
        yield from self._bodies.nested(section, value, block, "", section)

    def _primitive_of(self, expression: str) -> Primitive | None:
        """Return the type of a variable, local, call or attribute of a resource, if known."""
        kind, _, name = expression.partition(".")
        if kind == "var":
            return "string" if self._find("variable", name, "type") == "string" else None
        if kind == "local":
            value = self._find("locals", name)
            if not isinstance(value, str):
                return None
            inner = only_expression(value)
            if inner is None:
                return "string"
            # One step only, because locals could name each other in a circle.
            return None if inner.startswith("local.") else self._primitive_of(inner)
        if called_function(expression) in _RETURNS_TEXT:
            return "string"
        return self._schema.primitive_of(expression)

    def _find(self, *path: str) -> Any:
        """Return the value at this path of names, or None."""
        value: Any = self._document
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value
