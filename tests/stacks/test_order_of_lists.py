"""No list whose order AWS decides becomes a text or a list that keeps its order."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from pay.hcl.schema import ProviderSchema
from stacks.made_from import SCHEMA
from tests.conftest import ROOT
from tests.support.synthesised import Synthesised

_REFERENCE = re.compile(r"data\.(aws_\w+)\.[\w-]+\.(\w+)")
_ORDERLESS = re.compile(r"(?:length|sort|toset)\(data\.aws_\w+\.[\w-]+\.\w+\)")
"""Calls whose result is the same for every order."""


@pytest.fixture(scope="module")
def schema() -> ProviderSchema:
    return ProviderSchema.load(ROOT / SCHEMA)


def in_order(schema: ProviderSchema, body: Any, block: Mapping[str, Any]) -> Iterator[str]:
    """Texts of a body that keep the order of a looked up list; `block` describes the body."""
    if isinstance(body, str):
        for type_, attribute in _REFERENCE.findall(_ORDERLESS.sub("", body)):
            described = schema.data_source_schemas[type_]["block"]["attributes"].get(attribute, {})
            if described.get("type") == ["list", "string"]:
                yield body
    elif isinstance(body, list):
        for item in body:
            yield from in_order(schema, item, block)
    elif isinstance(body, dict):
        for name, value in body.items():
            type_ = block.get("attributes", {}).get(name, {}).get("type")
            if isinstance(type_, list) and type_[0] == "set" and isinstance(value, str):
                continue
            inner = block.get("block_types", {}).get(name, {}).get("block", {})
            yield from in_order(schema, value, inner)


def test_lists_of_lookups_are_sorted_or_read_as_sets(
    estate: Mapping[str, Synthesised], schema: ProviderSchema
) -> None:
    """The provider keeps AWS's order: `ids` of subnets and security groups are lists."""
    for stack in estate.values():
        bodies: list[tuple[Any, Any]] = [({}, stack.document.get("locals", {}))]
        for type_, named in stack.document.get("resource", {}).items():
            described = schema.resource_schemas[type_]["block"]
            bodies += [(described, body) for body in named.values()]
        found = [text for block, body in bodies for text in in_order(schema, body, block)]
        assert found == [], stack.id


def test_a_list_in_its_order_would_be_found(schema: ProviderSchema) -> None:
    unsorted = '${join(",", data.aws_subnets.all.ids)}'
    assert list(in_order(schema, {"subnets": unsorted}, {})) == [unsorted]
    assert not list(in_order(schema, '${join(",", sort(data.aws_subnets.all.ids))}', {}))
    service = schema.resource_schemas["aws_ecs_service"]["block"]
    network = {"network_configuration": {"subnets": "${data.aws_subnets.all.ids}"}}
    assert not list(in_order(schema, network, service))
