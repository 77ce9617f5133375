"""A command gets the schemas of its types, and all else that the provider says of itself."""

import pytest

from tests.support.provider_keeper import bound_types
from tests.support.provider_schema import only_types


def field(number: int, content: bytes) -> bytes:
    """Return a field of bytes, at most 16 KB of them, as protobuf writes it."""
    low, high = len(content) & 0x7F, len(content) >> 7
    length = bytes([low | 0x80, high]) if high else bytes([low])
    return bytes([number << 3 | 2]) + length + content


def schema_of(type_: str) -> bytes:
    """Return an entry of a map: the type, and a schema longer than a one-byte length."""
    return field(1, type_.encode()) + field(2, type_.encode() * 20)


PROVIDER = field(1, b"its own block")
CAPABILITIES = field(6, bytes([1 << 3, 1]))
NUMBERS = (
    bytes([9 << 3, 0x96, 0x01])
    + bytes([10 << 3 | 5, 1, 2, 3, 4])
    + bytes([11 << 3 | 1, *b"12345678"])
)


def test_only_the_types_of_a_command_keep_their_schemas() -> None:
    resources = {type_: field(2, schema_of(type_)) for type_ in ("aws_lb", "aws_lb_listener")}
    data = {type_: field(3, schema_of(type_)) for type_ in ("aws_lb", "aws_vpc")}
    whole = b"".join([PROVIDER, *resources.values(), *data.values(), CAPABILITIES, NUMBERS])

    wanted = {"aws_lb", "data.aws_lb", "data.aws_vpc", "aws_vpc", "data.aws_lb_listener"}
    assert only_types(whole, wanted) == b"".join(
        [PROVIDER, resources["aws_lb"], *data.values(), CAPABILITIES, NUMBERS]
    )
    assert only_types(whole, {"data.aws_lb"}) == b"".join(
        [PROVIDER, data["aws_lb"], CAPABILITIES, NUMBERS]
    )
    assert only_types(whole, set()) == PROVIDER + CAPABILITIES + NUMBERS


def test_every_command_has_what_the_project_uses_and_no_resource_for_a_data_source() -> None:
    types = bound_types()
    assert {"aws_lb", "data.aws_lb", "data.aws_wafv2_web_acl"} <= set(types)
    assert "aws_wafv2_web_acl" not in types


def test_a_kind_of_field_that_is_not_in_protobuf_3_is_refused() -> None:
    with pytest.raises(ValueError, match="a field of kind 3 at byte 15"):
        only_types(PROVIDER + bytes([12 << 3 | 3]), set())
