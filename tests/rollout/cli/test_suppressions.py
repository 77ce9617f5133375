"""`pay suppressions` from the file alone."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.checkout import Checkout, Pay, PayJson

TODAY = datetime.now(UTC).date()
ENTRY = """[[suppression]]
tool = "inspector"
finding = "CVE-2026-12345"
environment = "sandbox"
service = "connector"
severity = "medium"
reason = "The function is never called: only tests use it."
owner = "security lead of the platform team"
expires = {expires}
evidence = ["1"]
"""


def write(checkout: Checkout, days: int) -> None:
    text = ENTRY.format(expires=TODAY + timedelta(days=days))
    (checkout.folder / "suppressions.toml").write_text(text)


def test_no_entry_is_a_sentence(pay: Pay, pay_json: PayJson) -> None:
    shown = pay("suppressions")
    assert (shown.exit_code, shown.stdout) == (0, "suppressions.toml suppresses nothing.\n")
    assert pay_json("suppressions") == (0, [])


@pytest.mark.parametrize(("days", "code"), [(30, 0), (-1, 1)])
def test_what_has_expired_fails(pay: Pay, checkout: Checkout, days: int, code: int) -> None:
    write(checkout, days)
    shown = pay("suppressions", columns=200)
    assert shown.exit_code == code
    assert "inspector CVE-2026-12345" in shown.stdout
    assert ("expired on" in shown.stdout) is bool(code)


def test_reopening_needs_an_environment(pay: Pay) -> None:
    assert pay("suppressions", "--reopen").exit_code == 2
