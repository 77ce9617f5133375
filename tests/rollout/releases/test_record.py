"""The record of releases: what a line says, what it proves, and what is refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.model import Side
from pay.model.problem import InvalidInput
from rollout.releases.record import (
    Release,
    ReleaseVerdict,
    append_release,
    proof,
    read_releases,
    releases_path,
)

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DIGEST = "sha256:" + "a" * 64
PLACE = ("test-12", "connector")


def release(number: int = 12, **changes: Any) -> Release:
    values: dict[str, Any] = {
        "at": NOW,
        "by": "release-engineer",
        "release": number,
        "digests": {"connector": DIGEST},
        "before": number - 1 or None,
        "verdict": ReleaseVerdict.GOOD,
        "plans": "b" * 64,
    }
    return Release(**{**values, **changes})


def test_a_line_is_plain_json_without_empty_keys() -> None:
    assert release(smoke={Side.EC2: ("run-1",)}).line() == (
        '{"at":"2026-11-20T09:00:00Z","by":"release-engineer","release":12,'
        f'"digests":{{"connector":"{DIGEST}"}},"from":11,"verdict":"good",'
        f'"smoke":{{"ec2":["run-1"]}},"plans":"{"b" * 64}"}}\n'
    )


@given(st.text(min_size=1), st.text(min_size=1))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, by: str, why: str
) -> None:
    """Whatever line ends a reason holds, Unicode's too."""
    folder = tmp_path_factory.mktemp("releases")
    written = [release(1, by=f"{by}\u2028", verdict=ReleaseVerdict.BAD, because=why), release(2)]
    for each in written:
        append_release(folder, *PLACE, each)
    assert read_releases(folder, *PLACE, now=NOW) == tuple(written)


def test_a_service_without_a_file_has_no_releases(tmp_path: Path) -> None:
    assert read_releases(tmp_path, *PLACE) == ()


def test_a_line_that_a_kill_cut_spoils_only_itself(tmp_path: Path) -> None:
    """The next line begins on a line of its own, and the message names the one that was cut."""
    path = releases_path(tmp_path, *PLACE)
    append_release(tmp_path, *PLACE, release(1))
    with path.open("ab") as file:
        file.write(release(2).line().encode()[:40])
    append_release(tmp_path, *PLACE, release(3))
    with pytest.raises(InvalidInput) as caught:
        read_releases(tmp_path, *PLACE, now=NOW)
    assert {problem.line for problem in caught.value.problems} == {2}


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (release().line().replace("sha256:", "md5:"), "digests"),
        (release().line().replace('"release":12', '"release":0'), "release"),
        (release().line().replace('"good"', '"fine"'), "verdict"),
        (release().line().replace("Z", "+01:00", 1), "at"),
        (release(at=NOW + timedelta(days=1)).line(), "future"),
        ("[]\n", "releases/test-12/connector.jsonl:1"),
    ],
)
def test_a_wrong_line_is_one_message(tmp_path: Path, line: str, named: str) -> None:
    path = releases_path(tmp_path, *PLACE)
    path.parent.mkdir(parents=True)
    path.write_text(line)
    with pytest.raises(InvalidInput, match=named):
        read_releases(tmp_path, *PLACE, now=NOW)


@pytest.mark.parametrize(
    ("lines", "proves"),
    [
        ([], False),
        ([release(12)], True),
        ([release(11)], False),
        ([release(12), release(12, verdict=ReleaseVerdict.BAD)], False),
        ([release(12, verdict=ReleaseVerdict.BAD), release(12)], True),
        ([release(12, verdict=ReleaseVerdict.NOT_KNOWN)], False),
        ([release(12), release(13, verdict=ReleaseVerdict.BAD)], True),
        ([release(12), release(12, verdict=ReleaseVerdict.NOT_KNOWN, rollback=True)], True),
        ([release(12), release(12, before=12, rollback=True)], True),
        ([release(12), release(11, before=12, rollback=True)], False),
        ([release(12), release(11, before=12, rollback=True), release(12)], True),
        ([release(12), release(11, before=13, rollback=True)], True),
        ([release(12), release(12, before=12, verdict=ReleaseVerdict.BAD, patch="nginx")], True),
        ([release(12, patch="nginx")], False),
    ],
)
def test_the_latest_deployment_of_a_release_is_its_proof(
    lines: list[Release], proves: bool
) -> None:
    assert (proof(lines, 12) is not None) == proves
