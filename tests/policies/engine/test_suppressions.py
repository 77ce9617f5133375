"""The gate refuses a suppression that has ended or ends too late."""

from datetime import date
from pathlib import Path

import pytest

from pay.model.watching.suppressions import read_suppressions
from policies.engine.suppressions import problems

ENTRY = """[[suppression]]
tool = "inspector"
finding = "CVE-2026-12345"
environment = "production-2"
service = "connector"
severity = "high"
reason = "Only the tests of the library call the function."
owner = "security lead of the platform team"
expires = 2027-01-31
evidence = ["1"]
"""


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (date(2027, 1, 31), None),
        (
            date(2027, 2, 1),
            "expired on 2027-01-31; fix the finding or have the suppression renewed",
        ),
        (date(2026, 11, 2), None),
        (date(2026, 11, 1), "choose a date at most 90 days ahead"),
    ],
)
def test_a_suppression_holds_until_its_end(day: date, message: str | None, tmp_path: Path) -> None:
    file = tmp_path / "suppressions.toml"
    file.write_text(f"# Accepted.\n\n{ENTRY}")
    found = [
        f"{each.where}:{each.line}: {each.what}" for each in problems(read_suppressions(file), day)
    ]
    assert len(found) == (message is not None)
    for each in found:
        assert each.startswith("environments/suppressions.toml:3: inspector CVE-2026-12345 on")
        assert str(message) in each
