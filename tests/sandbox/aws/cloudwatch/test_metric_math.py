"""Metric math, on the examples of AWS's user guide, "Using metric math"."""

from collections.abc import Mapping

import pytest

from sandbox.aws.cloudwatch.metric_math import BadExpression, Series, parse

Row = list[float | None]


def row(values: Row) -> Series:
    return {at: value for at, value in enumerate(values) if value is not None}


def result(text: str, **series: Row) -> Series:
    length = max(map(len, series.values()))
    values: Mapping[str, Series] = {name: row(each) for name, each in series.items()}
    return parse(text).series(values, range(length), 60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metric1 < metric2", [0, 0, 1, 0]),
        ("metric1 >= 30", [1, 0, 0, 0]),
        ("metric1 > 15 AND metric2 > 15", [1, 0, 0, 0]),
        ("metric1 > 15 && metric2 > 15", [1, 0, 0, 0]),
        ("metric1 > 25 || metric2 > 15", [1, 0, 1, 0]),
    ],
)
def test_comparisons_take_what_is_missing_as_0(text: str, expected: Row) -> None:
    assert result(text, metric1=[30, 20, 0, 0], metric2=[20, None, 20, None]) == row(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IF(metric1, metric2, metric3)", [30, 0, 20, None, None]),
        ("IF(metric1, 5, metric3)", [5, 5, 20, None, None]),
        ("IF(metric1, metric2, 5)", [30, 0, 5, 5, None]),
        ("IF(metric1, metric2)", [30, 0, None, None, None]),
        ("IF(metric1 >= 1, 100*metric2/metric1, 0)", [3000, 0, 0, 0, None]),
    ],
)
def test_if_chooses_by_each_period(text: str, expected: Row) -> None:
    assert result(
        text,
        metric1=[1, 1, 0, 0, None],
        metric2=[30, None, 0, 0, 30],
        metric3=[0, 0, 20, None, 20],
    ) == row(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m1 + m2", [3, 1, 2, None]),
        ("m1 / m2", [0.5, None, 0, None]),
        ("-m1", [-1, -1, None, None]),
        ("2 * m1 ^ 2", [2, 2, None, None]),
        ("FILL(m1, 0)", [1, 1, 0, 0]),
        ("FILL(m1, REPEAT)", [1, 1, 1, 1]),
        ("FILL(m1, m2)", [1, 1, 2, None]),
        ("SUM([m1, m2])", [3, 1, 2, None]),
        ("SUM(METRICS())", [3, 1, 2, None]),
        ('SUM(METRICS("m1"))', [1, 1, None, None]),
        ("AVG([m1, m2])", [1.5, 0.5, 1, None]),
        ("MAX([m1, m2]) - MIN([m1, m2])", [1, 1, 2, None]),
        ("m1 - AVG(m1)", [0, 0, None, None]),
        ("m1 / PERIOD(m1)", [1 / 60, 1 / 60, None, None]),
        ("TIME_SERIES(7)", [7, 7, 7, 7]),
        ("EPOCH(m1) - EPOCH(m1)", [0, 0, 0, 0]),
        ("IF(EPOCH(m1) >= 1 && EPOCH(m1) < 3, 5, m2)", [2, 5, 5, None]),
        ("ABS(m1 - m2)", [1, 1, 2, None]),
        ("CEIL(m1 / 2) + FLOOR(m1 / 2)", [1, 1, None, None]),
    ],
)
def test_arithmetic_and_functions(text: str, expected: Row) -> None:
    assert result(text, m1=[1, 1, None, None], m2=[2, None, 2, None]) == row(expected)


@pytest.mark.parametrize(
    "text",
    [
        "m1 +",
        "SUM(m1)",
        "[m1, m2]",
        "5",
        "unknown * 2",
        "ANOMALY_DETECTION_BAND(m1)",
        "SEARCH('{AWS/SQS} a', 'Sum', 60)",
        "sum(m1)",
        "m1.real",
        "m1 < m2 < 3",
        "FILL(m1)",
        "IF(m1)",
        "'text'",
        "[m1, m2] + m1",
    ],
)
def test_refuses_what_is_not_one_time_series(text: str) -> None:
    with pytest.raises(BadExpression):
        result(text, m1=[1], m2=[2])


def test_an_expression_names_metrics_and_not_functions() -> None:
    assert parse("IF(FILL(a,REPEAT)>=2,100*(b+c)/a,0)").ids == {"a", "b", "c"}
