"""Answers `aws_lb.alb.arn` and the like in Python, where jsii would ask Node (docs/decisions/0084).

An attribute that is not configured is a reference, `${type.name.attribute}`. Its parts are known
once the element is created, which saves a third of all messages to Node.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

import jsii
from constructs import Construct
from jsii._kernel.providers import BaseProvider
from jsii._kernel.types import (
    CreateRequest,
    CreateResponse,
    GetRequest,
    GetResponse,
    InvokeRequest,
)

from pay.hcl.schema import ProviderSchema
from pay.hcl.sent_ahead import STACK, sent_ahead

_HIDDEN = "Default"
"""A construct of this id leaves no trace in the names of what it holds (unique.ts of cdktf)."""
_PLAIN = re.compile(r"[\w-]{1,255}", re.ASCII)
_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


def answer_known_references(schema: ProviderSchema) -> None:
    """Answer string attributes of the resources and data sources of `schema` from now on.

    Node answers the rest: lists and numbers (tokens), blocks, and elements with `for_each`. It also
    answers for elements inside named constructs, whose names hold a hash.
    """
    if isinstance(jsii.kernel.provider, _KnownReferences):
        jsii.kernel.provider.schema = schema
    else:
        known = _KnownReferences(sent_ahead(jsii.kernel.provider), schema)
        jsii.kernel.provider = cast(BaseProvider, known)


@dataclass(frozen=True)
class _Element:
    """A construct in Node: its path below the stack and, with a plain name, its address."""

    path: tuple[str, ...] = ()
    address: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Attribute name -> its description in the provider's schema."""


class _KnownReferences:
    """jsii's way to Node (its kernel provider); answers what is known itself."""

    def __init__(self, node: Any, schema: ProviderSchema) -> None:
        self.schema = schema
        self._node = node
        self._elements: dict[str, _Element] = {}
        """jsii's reference -> the construct."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)

    def create(self, request: CreateRequest) -> Any:
        response = self._node.create(request)
        match request.args:
            case _ if not isinstance(response, CreateResponse):
                pass  # Node calls Python back first, so what is created then is left to Node
            case [Construct(), str(), *_] if request.fqn == STACK:
                self._elements[response.ref] = _Element()
            case [Construct() as scope, str(id_), *config]:
                parent = self._elements.get(vars(scope)["__jsii_ref__"].ref, _Element())
                path = parent.path if id_ == _HIDDEN else (*parent.path, id_)
                self._elements[response.ref] = self._element(request.fqn, path, *config)
        return response

    def get(self, request: GetRequest) -> Any:
        element = self._elements.get(request.objref.ref, _Element())
        attribute = _snake_case(request.property)
        if element.attributes.get(attribute, {}).get("type") == "string":
            return GetResponse(f"${{{element.address}.{attribute}}}")
        return self._node.get(request)

    def invoke(self, request: InvokeRequest) -> Any:
        if request.method == "overrideLogicalId":
            self._elements.pop(request.objref.ref, None)
        return self._node.invoke(request)

    def _element(self, fqn: str, path: tuple[str, ...], config: Any = None) -> _Element:
        *_, module, class_ = fqn.split(".")
        type_ = _snake_case(module)
        if type_.startswith("data_"):
            type_ = type_.removeprefix("data_")
            address, schemas = f"data.{type_}", self.schema.data_source_schemas
        else:
            type_ = f"aws_{type_}"
            address, schemas = type_, self.schema.resource_schemas
        is_element = type_ in schemas and class_.lower() == module.lower()
        if not is_element or len(path) != 1 or not _PLAIN.fullmatch(path[0]):
            return _Element(path)
        if config["$jsii.struct"]["data"].get("forEach"):
            return _Element(path)
        return _Element(path, f"{address}.{path[0]}", schemas[type_]["block"]["attributes"])


@cache
def _snake_case(name: str) -> str:
    return _HUMP.sub("_", name).lower()
