"""A release is copied because of what the record says last, in whichever file it stands."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pay.catalogue import IMAGES
from rollout.images.copy import without_proof
from rollout.releases.record import Release, ReleaseVerdict, append_release

FIRST = datetime(2026, 11, 20, 9, tzinfo=UTC)
DIGEST = f"sha256:{'1' * 64}"
BAD, GOOD, NOT_KNOWN = ReleaseVerdict.BAD, ReleaseVerdict.GOOD, ReleaseVerdict.NOT_KNOWN


def record(
    folder: Path, service: str, hours: int, verdict: ReleaseVerdict, environment: str = "test-12"
) -> None:
    release = Release(
        at=FIRST + timedelta(hours=hours),
        by="test",
        release=7,
        digests={service: DIGEST, "nginx": DIGEST},
        verdict=verdict,
        plans="0",
    )
    append_release(folder, environment, service, release)


def reasons(folder: Path, image: str, release: int, *proved: str) -> list[str]:
    return [
        finding.reason for finding in without_proof(IMAGES[image], release, DIGEST, proved, folder)
    ]


@pytest.mark.parametrize(("adminusers", "webhooks"), [(1, 2), (2, 1)])
def test_the_latest_verdict_of_a_sidecar_is_shown(
    tmp_path: Path, adminusers: int, webhooks: int
) -> None:
    record(tmp_path, "adminusers", adminusers, NOT_KNOWN)
    record(tmp_path, "webhooks", webhooks, BAD)
    latest = NOT_KNOWN if adminusers > webhooks else BAD
    assert reasons(tmp_path, "nginx", 300, "test-12") == [f"nginx 300 ended {latest} in test-12"]


@pytest.mark.parametrize(("good", "bad"), [(1, 2), (2, 1)])
def test_the_latest_verdict_of_all_environments_counts(tmp_path: Path, good: int, bad: int) -> None:
    record(tmp_path, "webhooks", bad, BAD, "test-12")
    record(tmp_path, "webhooks", good, GOOD, "test-perf-1")
    refused = ["webhooks 7 ended bad in test-12 or test-perf-1"] if bad > good else []
    assert reasons(tmp_path, "webhooks", 7, "test-12", "test-perf-1") == refused
