"""`pay promote` in production: clients have followed, a peak went by, and a role agrees."""

from datetime import UTC, datetime, timedelta

import pytest

from rollout.cli import promote
from tests.support.checkout import Checkout, Pay, PayJson
from tests.support.promotions import AGREED, MEASURED, refused, warned


def production_at(checkout: Checkout, stage: str, ago: timedelta | None) -> None:
    """The ledger at a stage of production, far behind the environments before it."""
    for before in ("test-12", "staging-2"):
        checkout.put(before, "ledger", "retired")
    checkout.put("production-2", "ledger", stage, ago=ago)


@pytest.mark.parametrize(
    ("stage", "ago", "enough"),
    [
        ("ready", timedelta(minutes=7), False),
        ("ready", timedelta(minutes=9), True),
        ("canary", timedelta(minutes=59), False),
        ("canary", timedelta(minutes=61), True),
        ("soak", timedelta(days=6, hours=23), False),
        ("soak", timedelta(days=7, minutes=1), True),
    ],
)
def test_production_stays_until_clients_have_followed(
    stage: str, ago: timedelta, enough: bool, checkout: Checkout, pay_json: PayJson
) -> None:
    production_at(checkout, stage, ago)
    approved = ("--approver", "service-owner")
    answer = pay_json("promote", "production-2", "ledger", *MEASURED, *approved)
    assert answer[0] == 0 if enough else set(refused(answer)) == {"dwell"}


def test_where_no_real_payments_pass_a_short_stay_only_warns(
    checkout: Checkout, pay_json: PayJson
) -> None:
    checkout.put("test-12", "ledger", "canary", ago=timedelta(0))
    assert warned(pay_json("promote", "test-12", "ledger", *MEASURED)) == {"dwell", "judge"}


def test_production_tells_how_to_journal_a_stage_that_was_changed_by_hand(
    checkout: Checkout, pay: Pay, pay_json: PayJson
) -> None:
    production_at(checkout, "canary", None)
    code, data = pay_json("promote", "production-2", "ledger", *AGREED)
    (finding,) = [found for found in data["findings"] if found["refuses"]]
    assert (code, finding["gate"]) == (1, "dwell")
    line = finding["fix"].split("ledger.jsonl: ")[1]
    journal = checkout.folder / "journal" / "production-2" / "ledger.jsonl"
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.write_text(line.replace(line[7:11], "2025") + "\n")
    assert pay("promote", "production-2", "ledger", *AGREED).exit_code == 0


@pytest.mark.parametrize(("ago", "seen"), [(timedelta(hours=2), False), (timedelta(days=7), True)])
def test_production_takes_all_traffic_only_after_a_daily_peak(
    ago: timedelta, seen: bool, checkout: Checkout, pay_json: PayJson
) -> None:
    production_at(checkout, "most", ago)
    answer = pay_json("promote", "production-2", "ledger", *AGREED)
    assert answer[0] == 0 if seen else set(refused(answer)) == {"peak"}


def test_a_peak_that_a_rollback_ended_has_proven_nothing(
    checkout: Checkout, pay_json: PayJson
) -> None:
    production_at(checkout, "half", timedelta(days=9))
    checkout.put("production-2", "ledger", "quarter", ago=timedelta(hours=5))
    checkout.put("production-2", "ledger", "half", ago=timedelta(hours=4))
    checkout.put("production-2", "ledger", "most", ago=timedelta(hours=2))
    answer = pay_json("promote", "production-2", "ledger", *AGREED)
    assert set(refused(answer)) == {"peak"}


@pytest.mark.parametrize(
    ("environment", "stage", "moment", "busy"),
    [
        ("production-2", "canary", datetime(2026, 11, 24, 11, 30, tzinfo=UTC), True),
        ("production-2", "canary", datetime(2026, 11, 24, 15, 30, tzinfo=UTC), False),
        ("production-2", "canary", datetime(2026, 12, 25, 11, 30, tzinfo=UTC), False),
        ("production-2", "cutover", datetime(2026, 11, 24, 11, 30, tzinfo=UTC), False),
        ("test-12", "canary", datetime(2026, 11, 24, 11, 30, tzinfo=UTC), False),
    ],
)
def test_warns_of_other_weights_of_real_payments_in_the_daily_peak(
    environment: str,
    stage: str,
    moment: datetime,
    busy: bool,
    checkout: Checkout,
    pay_json: PayJson,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(promote, "now", lambda: moment)
    for each in ("test-12", "staging-2"):
        checkout.put(each, "ledger", "retired", now=moment)
    checkout.put(environment, "ledger", stage, now=moment, ago=timedelta(days=9))
    assert ("busy" in warned(pay_json("promote", environment, "ledger", *AGREED))) is busy


def test_production_goes_on_without_a_verdict_only_when_a_role_agrees(
    checkout: Checkout, pay_json: PayJson
) -> None:
    production_at(checkout, "canary", timedelta(days=9))
    reasons = refused(pay_json("promote", "production-2", "ledger", *MEASURED))
    assert set(reasons) == {"judge", "findings"}
    assert "Unable to locate credentials" in reasons["judge"]
    assert "Unable to locate credentials" in reasons["findings"]
    assert {"judge", "findings"} <= warned(pay_json("promote", "production-2", "ledger", *AGREED))
