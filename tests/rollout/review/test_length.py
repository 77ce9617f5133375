"""The Markdown stays within a comment's limit, and says what it leaves to the page."""

import re
from pathlib import Path

import pytest

from pay.model import Environment
from rollout.guard.verdict import judge
from rollout.review.document import ReviewDocument, review
from rollout.review.render import COMMENT_LIMIT, as_html, as_markdown
from tests.support.plans import Json, change, container, plan, read, task_definition

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def large(
    environments: dict[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> ReviewDocument:
    """Every service of an environment, changed all over."""
    environment = environments["sandbox"]
    plans = [
        plan(
            f"sandbox-{service}-{side}",
            *[_alarm(number) for number in range(80)],
            *[change(f"aws_lb.gone_{number}", {"name": "x" * 90}, None) for number in range(40)],
            task_definition(
                [container()],
                [
                    container(
                        environment=[
                            {"name": f"VARIABLE_{n}", "value": "word " * 100} for n in range(60)
                        ]
                    )
                ],
            ),
        )
        for service in list(environment.services)[:6]
        for side in ("ec2", "fargate")
    ]
    context = read(tmp_path_factory.mktemp("plans"), plans, environment)
    return review(context, judge(context), None)


def _alarm(number: int) -> Json:
    address = f"aws_cloudwatch_metric_alarm.alarm_{number}"
    return change(address, {"threshold": number}, {"threshold": number + 1})


def test_fits_into_a_comment(large: ReviewDocument) -> None:
    text = as_markdown(large, rest="the page")
    assert len(text) <= COMMENT_LIMIT
    assert len(text) > COMMENT_LIMIT / 10


def test_says_how_much_more_there_is_and_where(large: ReviewDocument) -> None:
    text = as_markdown(large, rest="the page, review.html")
    folded = re.findall(r"\*\*(\d+) more [a-z ]+: see the page, review.html\*\*", text)
    assert folded
    assert all(int(number) > 0 for number in folded)


def test_the_page_holds_all_of_it(large: ReviewDocument) -> None:
    html = as_html(large)
    for stack in large.stacks:
        assert stack.stack in html
    assert html.count("VARIABLE_59") == len(large.stacks)


@pytest.mark.parametrize("limit", [4_000, 8_000, 20_000])
def test_fits_into_less(large: ReviewDocument, limit: int) -> None:
    assert len(as_markdown(large, rest="the page", limit=limit)) <= limit


def test_never_cuts_silently(large: ReviewDocument) -> None:
    with pytest.raises(OverflowError):
        as_markdown(large, rest="the page", limit=100)


def test_folds_nothing_that_fits(environments: dict[str, Environment], tmp_path: Path) -> None:
    context = read(
        tmp_path, [plan("sandbox-publicauth-ec2", _alarm(1), _alarm(2))], environments["sandbox"]
    )
    text = as_markdown(review(context, judge(context), None), rest="the page")
    assert "the page" not in text
