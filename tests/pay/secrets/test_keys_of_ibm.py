"""A text without the sign of a key of IBM holds none, so their patterns are spared."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.secrets import values

PATTERNS = [
    regex
    for kind, regex in values._formats()
    if kind in values._KEYS_OF_IBM and "http" not in regex.pattern
]


def test_each_library_pattern_is_spared_by_its_sign() -> None:
    assert {kind for kind, _ in values._formats()} >= values._KEYS_OF_IBM
    assert len(PATTERNS) >= len(values._KEYS_OF_IBM)


@pytest.mark.parametrize("regex", PATTERNS, ids=range(len(PATTERNS)))
@given(data=st.data())
def test_whatever_a_pattern_finds_has_the_sign(regex: re.Pattern[str], data: st.DataObject) -> None:
    text = data.draw(st.from_regex(regex))
    assert values._MAY_BE_OF_IBM.search(text)
