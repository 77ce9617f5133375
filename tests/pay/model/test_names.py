"""Names in AWS: within limits, and never two things with one name."""

import re

from hypothesis import given
from hypothesis import strategies as st

from pay.model import Side, names
from pay.model.names import shorten

limits = st.integers(min_value=16, max_value=64)
text = st.text("abcdefghij0123456789-", min_size=1, max_size=90)


@given(text, limits)
def test_shortened_names_never_exceed_the_limit(name: str, limit: int) -> None:
    assert len(shorten(name, limit)) <= limit


@given(limits)
def test_only_a_name_over_the_limit_is_shortened(limit: int) -> None:
    assert shorten("a" * limit, limit) == "a" * limit
    assert len(shorten("a" * (limit + 1), limit)) <= limit


@given(
    st.text("ab-", min_size=60, max_size=60), st.lists(text, min_size=2, max_size=20, unique=True)
)
def test_long_names_with_one_beginning_stay_different(start: str, ends: list[str]) -> None:
    shortened = {shorten(start + end, 32) for end in ends}
    assert len(shortened) == len(ends)


@given(text, limits)
def test_a_shortened_name_keeps_its_beginning_and_no_double_hyphen_before_the_hash(
    name: str, limit: int
) -> None:
    short = shorten(name, limit)
    if short != name:
        head, digest = short[:-7], short[-6:]
        assert name.startswith(head)
        assert re.fullmatch("[0-9a-f]{6}", digest)
        assert not head.endswith("-")


def test_sides_of_a_service_have_load_balancers_of_their_own() -> None:
    found = {names.load_balancer("production-2", "webhooks-egress", side) for side in Side}
    assert len(found) == 2
    assert all(len(name) <= 32 for name in found)


def test_uses_pays_own_target_group_names() -> None:
    assert names.target_group("test-12", "connector", Side.EC2) == "test-12-connector-lb-tg"
    assert (
        names.target_group("test-12", "webhooks-egress", Side.EC2) == "test-12-webhooks-egress-tg"
    )
