"""A text without the sign of a key of IBM holds none, so their patterns are spared."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.secrets import values

SPARED = [each for each in values._formats() if each not in values._formats_without_ibm()]
PATTERNS = [regex for _, regex in SPARED]


def test_patterns_of_each_kind_are_spared() -> None:
    assert {kind for kind, _ in SPARED} == values._KEYS_OF_IBM


@pytest.mark.parametrize("regex", PATTERNS, ids=range(len(PATTERNS)))
@given(data=st.data())
def test_whatever_a_pattern_finds_has_the_sign(regex: re.Pattern[str], data: st.DataObject) -> None:
    text = data.draw(st.from_regex(regex))
    assert values._MAY_BE_OF_IBM.search(text)
