"""The provider's schema: which arguments are blocks, and the types of attributes."""

import difflib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pay.hcl import terraform_blocks
from pay.hcl.shapes import Argument, Kind, NestedBlock, Primitive, Shape, TypedBlock

_ATTRIBUTE_OF = re.compile(r"(data\.)?([a-z]\w*)\.[\w-]+(?:\[[^]]*\])?\.(\w+)", re.ASCII)
_KINDS: dict[str, Kind] = {
    "list": "sequence",
    "set": "sequence",
    "tuple": "sequence",
    "map": "mapping",
    "object": "mapping",
    "single": "mapping",
}


@dataclass(frozen=True, repr=False)
class ProviderSchema:
    """One provider's part of `terraform providers schema -json`, and the name of its file."""

    resource_schemas: dict[str, Any]
    data_source_schemas: dict[str, Any]
    provider_schemas: dict[str, Any]
    source: str
    _shapes: dict[tuple[int, str], Shape | None] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"ProviderSchema({self.source})"

    @staticmethod
    def load(path: Path, provider: str = "aws") -> "ProviderSchema":
        """Load the trimmed schema that `make bindings` writes."""
        document = json.loads(path.read_text(encoding="utf-8"))
        resources, data_sources = document["resource_schemas"], document["data_source_schemas"]
        return ProviderSchema(resources, data_sources, {provider: document["provider"]}, path.name)

    def resource(self, type_: str) -> Shape | None:
        """Return the body of a resource of this type; None if it is not in the schema."""
        return self._shape(self.resource_schemas, type_, terraform_blocks.with_meta_arguments)

    def data_source(self, type_: str) -> Shape | None:
        """Return the body of a data source of this type; None if it is not in the schema."""
        return self._shape(self.data_source_schemas, type_, terraform_blocks.with_meta_arguments)

    def provider(self, name: str) -> Shape | None:
        """Return the body of a provider block; None if the provider is not in the schema."""
        return self._shape(self.provider_schemas, name, terraform_blocks.with_alias)

    def primitive_of(self, expression: str) -> Primitive | None:
        """Return the type of a plain reference such as `aws_lb.this.arn`; None for others."""
        match = _ATTRIBUTE_OF.fullmatch(expression)
        if match is None:
            return None
        shape = self.data_source(match[2]) if match[1] else self.resource(match[2])
        entry = shape.entries.get(match[3]) if shape else None
        return entry.primitive if isinstance(entry, Argument) else None

    def _shape(
        self, described: dict[str, Any], name: str, around: Callable[[Shape], Shape]
    ) -> Shape | None:
        key = (id(described), name)
        if key not in self._shapes:
            description = described.get(name)
            self._shapes[key] = around(_block(description["block"])) if description else None
        return self._shapes[key]


def _block(described: dict[str, Any]) -> Shape:
    attributes = sorted(described.get("attributes", {}).items())
    described_blocks = sorted(described.get("block_types", {}).items())
    blocks = {
        name: NestedBlock(_block(b["block"]), b["nesting_mode"]) for name, b in described_blocks
    }
    repeated = {name: block.shape for name, block in blocks.items()}
    for name, attribute in attributes:
        match attribute.get("type"):
            # Terraform takes blocks for such an attribute, too: "Attributes as Blocks".
            case ["list" | "set", ["object", dict(entries)]]:
                repeated[name] = Shape(
                    {
                        entry: _attribute({"type": type_, "optional": True})
                        for entry, type_ in sorted(entries.items())
                    }
                )
    dynamic = {name: terraform_blocks.dynamic(shape) for name, shape in repeated.items()}
    return Shape(
        {name: _attribute(attribute) for name, attribute in attributes}
        | blocks
        | {"dynamic": TypedBlock(dynamic.get, partial(_no_block, dynamic))}
    )


def _no_block(known: Iterable[str], label: str) -> str:
    # Some writers of JSON leave the quotes of HCL2 in the label.
    close = difflib.get_close_matches(label.strip('"'), known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"{label} is not a block of this resource{hint}"


def _attribute(described: dict[str, Any]) -> Argument:
    is_computed = not (described.get("optional") or described.get("required"))
    type_ = described.get("type")
    if type_ in ("string", "number", "bool"):
        return Argument(kind="scalar", primitive=type_, is_computed=is_computed)
    if isinstance(type_, list):
        return Argument(kind=_KINDS[type_[0]], is_computed=is_computed)
    if "nested_type" in described:
        kind = _KINDS[described["nested_type"]["nesting_mode"]]
        return Argument(kind=kind, is_computed=is_computed)
    return Argument(is_computed=is_computed)
