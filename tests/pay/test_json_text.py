"""JSON documents inside strings are read only where their meaning is sure."""

import pytest

from pay.json_text import parsed


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ('{"a": [1]}', {"a": [1]}),
        (' [{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        ('{"Statement": [1], "Statement": []}', None),
        ('[{"a": {"b": 1, "b": 1}}]', None),
        ("7", None),
        ("{", None),
        pytest.param("[" * 100_000, None, id="deep"),
        (None, None),
    ],
)
def test_reads_an_object_or_a_list_without_repeated_keys(text: object, document: object) -> None:
    assert parsed(text) == document
