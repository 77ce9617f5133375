"""The exact interval of a share, compared with published and brute-force values."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.interval import at_least, at_most, exact_interval


@pytest.mark.parametrize(
    ("hits", "draws", "low", "high"),
    # By the quantiles of the beta distribution, which give the same interval.
    [(0, 10, 0.0, 0.3085), (10, 10, 0.6915, 1.0), (1, 10, 0.0025, 0.4450), (5, 10, 0.1871, 0.8129)],
)
def test_is_the_published_interval(hits: int, draws: int, low: float, high: float) -> None:
    interval = exact_interval(hits, draws, 0.95)
    assert interval == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 60), st.data())
def test_holds_what_was_seen(draws: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, draws))
    low, high = exact_interval(hits, draws, 0.99)
    assert low <= hits / draws <= high


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 25), st.floats(0.01, 0.99))
def test_misses_a_true_share_no_more_often_than_it_says(draws: int, share: float) -> None:
    missed = 0.0
    for hits in range(draws + 1):
        low, high = exact_interval(hits, draws, 0.9)
        if not low <= share <= high:
            missed += math.comb(draws, hits) * share**hits * (1 - share) ** (draws - hits)
    assert missed <= 0.1 + 1e-9


@given(st.integers(1, 50), st.floats(0, 1), st.data())
def test_the_two_tails_overlap_in_one_value(draws: int, share: float, data: st.DataObject) -> None:
    hits = data.draw(st.integers(1, draws))
    assert at_least(hits, draws, share) + at_most(hits - 1, draws, share) == pytest.approx(1)
