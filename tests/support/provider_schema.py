"""The provider's answer to GetProviderSchema, with the types that a command needs.

It is read as protobuf's wire format is defined (Protocol Buffers: "Encoding"), field by field;
what stays in it stays byte for byte.
"""

from collections.abc import Iterator, Set

PREFIXES = {2: "", 3: "data."}
"""Of a type in an address, for `resource_schemas` and `data_source_schemas` of
`GetProviderSchema.Response` (tfplugin5.proto). They are maps: each entry is a field, which has the
type's name in its own field 1."""


def only_types(response: bytes, types: Set[str]) -> bytes:
    """Return the response without the schemas of other types.

    `types`: as in addresses; that of a data source begins with `data.`.
    """
    return b"".join(
        response[start:end]
        for number, start, content, end in _fields(response)
        if number not in PREFIXES or PREFIXES[number] + _key(response[content:end]) in types
    )


def _key(entry: bytes) -> str:
    return next(entry[c:end].decode() for number, _, c, end in _fields(entry) if number == 1)


def _fields(message: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield each field's number, and where it starts, where its content starts and where it ends.

    Raises ValueError for a kind of field that protobuf 3 does not have.
    """
    start = 0
    while start < len(message):
        tag, content = _varint(message, start)
        match tag & 7:
            case 0:
                _, end = _varint(message, content)
            case 1:
                end = content + 8
            case 2:
                length, content = _varint(message, content)
                end = content + length
            case 5:
                end = content + 4
            case kind:
                raise ValueError(f"a field of kind {kind} at byte {start}")
        yield tag >> 3, start, content, end
        start = end


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """Return a number of variable length, and the position behind it."""
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
