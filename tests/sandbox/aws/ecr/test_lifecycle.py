"""What a lifecycle policy expires, and that the one of the repositories never takes what runs."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pay.containers.lifecycle import KEPT_RELEASES, lifecycle_policy, losses
from sandbox.aws.ecr.lifecycle import StoredImage, expired

NOW = datetime(2026, 11, 26, tzinfo=UTC)
Rules = list[dict[str, Any]]


def rules(policy: str | None = None) -> Rules:
    found: Rules = json.loads(policy or lifecycle_policy())["rules"]
    return found


def image(digest: str, *tags: str, days: float = 0, children: tuple[str, ...] = ()) -> StoredImage:
    pushed = NOW - timedelta(days=days)
    return StoredImage(digest, frozenset(tags), pushed, frozenset(children))


def release(number: int, *, days: float) -> list[StoredImage]:
    """As the pipeline leaves it: an index with two tags, over two images with candidate's tags."""
    name = f"{number}-candidate"
    arms = [image(f"r{number}-{arch}", f"{name}-{arch}", days=days) for arch in ("amd64", "armv8")]
    children = tuple(each.digest for each in arms)
    return [image(f"r{number}", name, f"{number}-release", days=days, children=children), *arms]


def of_release(number: int) -> set[str]:
    return {each.digest for each in release(number, days=0)}


# A history in which each release came some days after the one before.
histories = st.lists(st.integers(0, 40), min_size=1, max_size=KEPT_RELEASES + 30)


def repository(gaps: list[int]) -> list[StoredImage]:
    days, images = 0, list[StoredImage]()
    for number, gap in zip(range(len(gaps), 0, -1), gaps, strict=True):
        days += gap
        images += release(number, days=days)
        images.append(image(f"failed-{number}", days=days))
        images.append(image(f"c{number}", f"{number}{number}-candidate", days=days))
    return images


@settings(max_examples=60)
@given(histories)
def test_never_takes_one_of_the_newest_releases(gaps: list[int]) -> None:
    """What runs, and what ran before, however long ago it was pushed."""
    gone = expired(rules(), repository(gaps), NOW)
    newest = range(max(1, len(gaps) - KEPT_RELEASES + 1), len(gaps) + 1)
    assert not {digest for number in newest for digest in of_release(number)} & gone.keys()


@settings(max_examples=60)
@given(histories)
def test_takes_all_that_is_old_and_was_never_released(gaps: list[int]) -> None:
    gone = expired(rules(), repository(gaps), NOW)
    days = [sum(gaps[: position + 1]) for position in range(len(gaps))]
    for number, age in zip(range(len(gaps), 0, -1), days, strict=True):
        assert (f"failed-{number}" in gone) == (age > 14)
        assert (f"c{number}" in gone) == (age > 60)
        assert (f"r{number}" in gone) == (len(gaps) - number >= KEPT_RELEASES)


def test_the_policy_loses_nothing_in_the_eyes_of_guard_and_gate() -> None:
    assert list(losses(lifecycle_policy())) == []
    priorities = [rule["rulePriority"] for rule in rules()]
    assert priorities == sorted(priorities), "in any other order every plan shows a change"


TAGGED = st.sampled_from(
    [["*-release"], ["*-candidate*"], ["*"], ["*-perf"], ["1*"], ["*-release", "9*"]]
)
SELECTIONS = st.one_of(
    st.builds(lambda tags: {"tagStatus": "tagged", "tagPatternList": tags}, TAGGED),
    st.just({"tagStatus": "tagged", "tagPrefixList": ["1"]}),
    st.just({"tagStatus": "untagged"}),
    st.just({"tagStatus": "any"}),
)
COUNTS = st.one_of(
    st.builds(
        lambda number: {"countType": "imageCountMoreThan", "countNumber": number},
        st.sampled_from([1, KEPT_RELEASES - 1, KEPT_RELEASES, 500]),
    ),
    st.just({"countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30}),
)
POLICIES = st.lists(st.tuples(SELECTIONS, COUNTS), min_size=1, max_size=3).map(
    lambda parts: json.dumps(
        {
            "rules": [
                {"rulePriority": number, "selection": {**tags, **count}, "action": {}}
                for number, (tags, count) in enumerate(parts, start=1)
            ]
        }
    )
)
OLD = repository([3] * (KEPT_RELEASES + 20))


@settings(max_examples=300)
@given(POLICIES)
def test_a_policy_without_losses_keeps_the_newest_releases(policy: str) -> None:
    if list(losses(policy)):
        return
    gone = expired(rules(policy), OLD, NOW)
    newest = range(21, KEPT_RELEASES + 21)
    assert not {digest for number in newest for digest in of_release(number)} & gone.keys()


def numbered(*parts: dict[str, Any]) -> str:
    listed = [{"rulePriority": at, **part} for at, part in enumerate(parts, start=1)]
    return json.dumps({"rules": listed})


KEEPS, CANDIDATES, UNTAGGED = (
    {key: value for key, value in rule.items() if key != "rulePriority"} for rule in rules()
)


def with_selection(rule: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**rule, "selection": {**rule["selection"], **changes}}


@pytest.mark.parametrize(
    ("policy", "loss"),
    [
        (numbered(CANDIDATES, KEEPS, UNTAGGED), "a release has the tag of its candidate, too"),
        (numbered(CANDIDATES, UNTAGGED), "a release has the tag of its candidate, too"),
        (numbered(with_selection(KEEPS, countNumber=99)), "keeps 99 releases; at least 100"),
        (
            numbered(with_selection(KEEPS, countType="sinceImagePushed", countUnit="days")),
            "expires releases by their age",
        ),
        (
            numbered(with_selection(KEEPS, tagStatus="any", tagPatternList=[])),
            "counts candidates, too",
        ),
        (numbered(with_selection(KEEPS, tagPatternList=["*"])), "counts candidates, too"),
        (numbered(with_selection(KEEPS, tagPatternList=["9*"])), "counts candidates, too"),
        (numbered(with_selection(CANDIDATES, tagPatternList=["1*"])), "by their age"),
        (numbered(with_selection(CANDIDATES, tagPatternList=["2*"]), KEEPS), "by their age"),
        (numbered(with_selection(KEEPS, tagPatternList=["*12-release"], countNumber=1)), "keeps 1"),
    ],
)
def test_says_how_a_policy_loses_what_runs(policy: str, loss: str) -> None:
    assert any(loss in each for each in losses(policy)), list(losses(policy))


@pytest.mark.parametrize(
    "policy",
    [
        numbered(),
        numbered(UNTAGGED, KEEPS, CANDIDATES),
        numbered(with_selection(KEEPS, countNumber=500), CANDIDATES),
        numbered(with_selection(CANDIDATES, tagPatternList=["*-perf"]), KEEPS),
    ],
)
def test_lets_a_policy_that_keeps_releases(policy: str) -> None:
    assert list(losses(policy)) == []


@pytest.mark.parametrize("text", ["", "[]", '{"rules": 1}', '{"rules": [{"selection": {}}]}'])
def test_refuses_a_text_that_is_not_a_policy(text: str) -> None:
    with pytest.raises(ValueError, match="not a lifecycle policy"):
        list(losses(text))


def test_a_kept_index_keeps_its_images() -> None:
    """AWS deletes no image that an index leads to."""
    gone = expired(rules(), release(1, days=1000), NOW)
    assert gone == {}
