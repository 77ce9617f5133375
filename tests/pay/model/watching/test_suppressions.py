"""A suppression names one finding of one service, its owner and its end."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pay.model import InvalidInput
from pay.model.watching.suppressions import Suppression, SuppressionTool, read_suppressions

ENTRY: dict[str, Any] = {
    "tool": "guardduty",
    "finding": "Execution:Runtime/NewBinaryExecuted",
    "environment": "production-2",
    "service": "connector",
    "side": "fargate",
    "severity": "medium",
    "reason": "The JVM unpacks its native library at each start, into a folder of its own.",
    "owner": "security lead of the platform team",
    "expires": date(2027, 3, 31),
    "evidence": ["1ab92989eaf0e742df4a014d5171539a"],
}
VULNERABILITY = {"tool": "inspector", "finding": "CVE-2026-12345", "side": None}
DIGEST = f"sha256:{'a' * 64}"


def suppression(**changes: Any) -> Suppression:
    return Suppression.model_validate(_changed(changes))


def _changed(changes: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**ENTRY, **changes}.items() if value is not None}


def written(folder: Path, *entries: dict[str, Any]) -> Path:
    """Write entries that differ from ENTRY; None leaves a key out."""
    file = folder / "suppressions.toml"
    tables = []
    for changes in entries:
        lines = [f"{key} = {_toml(value)}" for key, value in _changed(changes).items()]
        tables.append("\n".join(["[[suppression]]", *lines, ""]))
    file.write_text("\n".join(tables))
    return file


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, date) else repr(value).replace("'", '"')


def mistakes(folder: Path, *entries: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidInput) as raised:
        read_suppressions(written(folder, *entries))
    return str(raised.value).splitlines()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"side": None},
        {"finding": "Backdoor:Runtime/C&CActivity.B!DNS", "severity": "high"},
        {"finding": "Discovery:Runtime/SuspiciousCommand", "volume": True},
        {**VULNERABILITY},
        {**VULNERABILITY, "image": DIGEST},
        {**VULNERABILITY, "finding": "GHSA-jfh8-c2jp-5v3q"},
        {"tool": "security-hub", "finding": "ECS.5"},
    ],
)
def test_reads_what_a_team_writes(changes: dict[str, Any], tmp_path: Path) -> None:
    ((only),) = read_suppressions(written(tmp_path, changes))
    assert only.value == suppression(**changes)


@pytest.mark.parametrize(
    ("changes", "line", "message"),
    [
        ({"tool": "macie"}, 2, "tool: found 'macie'; allowed: guardduty, inspector, security-hub"),
        (
            {"finding": "NewBinaryExecuted"},
            3,
            "finding: found 'NewBinaryExecuted'; allowed: a type",
        ),
        ({"finding": "Recon:EC2/PortProbe"}, 3, "belongs to no service: answer it"),
        ({"finding": "*"}, 3, "finding: found '*'; allowed: one exact name"),
        ({"finding": "Execution:Runtime/*"}, 3, "one exact name"),
        ({"tool": "inspector", "finding": "all"}, 3, "one exact name"),
        ({"environment": "production-*"}, 4, "one exact name"),
        ({"service": "*"}, 5, "one exact name"),
        ({"service": None}, 1, "service: found nothing; allowed: The service of which it is false"),
        ({"environment": None}, 1, "environment: found nothing"),
        ({"finding": None}, 1, "finding: found nothing"),
        ({"side": "both"}, 6, "side: found 'both'; allowed: ec2, fargate"),
        ({"severity": "critical"}, 7, "found 'critical'; allowed: low, medium, high; answer"),
        ({"severity": None}, 1, "severity: found nothing"),
        ({"reason": "false alarm"}, 8, "at least 20 characters"),
        ({"owner": "jane@"}, 9, "an address or an account; allowed: a role"),
        ({"owner": "Jane Smith"}, 9, "allowed: a role"),
        ({"owner": None}, 1, "owner: found nothing; allowed: The role that answers for it"),
        ({"expires": None}, 1, "expires: found nothing; allowed: The last day"),
        ({"expires": "soon"}, 10, "expires: found 'soon'"),
        ({"evidence": []}, 11, "at least 1 of them"),
        ({"until": "2027"}, 12, "until: found an unknown key"),
        ({"image": DIGEST}, 12, "an image with inspector only"),
        ({"volume": True}, 12, "true with Execution, which has to stay countable"),
        ({**VULNERABILITY, "volume": True}, 11, "inspector, which archives nothing"),
        ({**VULNERABILITY, "side": "ec2"}, 6, "no side with inspector"),
        ({**VULNERABILITY, "image": "latest"}, 11, "image: found 'latest'"),
    ],
)
def test_refuses_with_one_message(
    changes: dict[str, Any], line: int, message: str, tmp_path: Path
) -> None:
    (only,) = mistakes(tmp_path, changes)
    assert only.startswith(f"{tmp_path}/suppressions.toml:{line}: suppression 1")
    assert message in only


def test_refuses_a_secret_in_a_reason(tmp_path: Path) -> None:
    key = "AKIA" + "QWERTYUIOPASDFGH"
    (only,) = mistakes(tmp_path, {"reason": f"The smoke test logs in with {key} at each start."})
    assert "what looks like a secret" in only
    assert key not in only


def test_lists_every_mistake_at_once(tmp_path: Path) -> None:
    found = mistakes(tmp_path, {"owner": "jane@", "service": None}, {"expires": None})
    assert [line.partition(": found")[0].rpartition(": ")[2] for line in found] == [
        "suppression 1, owner",
        "suppression 1, service",
        "suppression 2, expires",
    ]


@pytest.mark.parametrize("other", [{}, {"side": None}, {"expires": date(2027, 1, 1)}])
def test_refuses_two_for_one_finding(other: dict[str, Any], tmp_path: Path) -> None:
    (only,) = mistakes(tmp_path, {}, other)
    assert "suppression 2: found the same finding as suppression 1 in line 1" in only


@pytest.mark.parametrize(
    "other",
    [
        {"side": "ec2"},
        {"service": "ledger"},
        {"environment": "staging-2"},
        {"finding": "Execution:Runtime/NewLibraryLoaded"},
        VULNERABILITY,
    ],
)
def test_two_for_different_findings_stand_beside_each_other(
    other: dict[str, Any], tmp_path: Path
) -> None:
    assert len(read_suppressions(written(tmp_path, {}, other))) == 2


def test_no_file_is_no_suppression(tmp_path: Path) -> None:
    assert read_suppressions(tmp_path / "suppressions.toml") == ()


@pytest.mark.parametrize("content", [b"\xff", b"suppression = 3", b"[[waiver]]", b"[[suppression"])
def test_a_file_of_another_form_is_one_message(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "suppressions.toml"
    file.write_bytes(content)
    with pytest.raises(InvalidInput) as raised:
        read_suppressions(file)
    assert str(raised.value).count("\n") == 0


@pytest.mark.parametrize(
    ("severity", "days", "holds"),
    [("medium", 366, True), ("medium", 367, False), ("high", 90, True), ("high", 91, False)],
)
def test_a_worse_finding_is_suppressed_for_a_shorter_time(
    severity: str, days: int, holds: bool
) -> None:
    today = date.fromordinal(ENTRY["expires"].toordinal() - days)
    assert (suppression(severity=severity).date_mistake(today) is None) is holds


def test_it_holds_to_the_end_of_its_last_day_in_utc() -> None:
    value = suppression()
    assert (value.end, value.after) == ("2027-03-31T23:59:59Z", "2027-04-01T00:00:00Z")
    assert value.holds_on(date(2027, 3, 31))
    assert not value.holds_on(date(2027, 4, 1))


def test_it_covers_its_severity_and_below() -> None:
    assert suppression().severity.labels == ("INFORMATIONAL", "LOW", "MEDIUM")


@pytest.mark.parametrize(
    ("finding", "type_in_hub"),
    [
        (
            "Execution:Runtime/NewBinaryExecuted",
            "TTPs/Execution/Execution:Runtime-NewBinaryExecuted",
        ),
        (
            "DefenseEvasion:Runtime/FilelessExecution",
            "TTPs/Defense Evasion/DefenseEvasion:Runtime-FilelessExecution",
        ),
        (
            "Trojan:Runtime/DropPoint!DNS",
            "Effects/Data Exfiltration/Trojan:Runtime-DropPoint!DNS",
        ),
        (
            "UnauthorizedAccess:Runtime/MetadataDNSRebind",
            "TTPs/UnauthorizedAccess:Runtime-MetadataDNSRebind",
        ),
    ],
)
def test_it_knows_the_types_of_security_hub(finding: str, type_in_hub: str) -> None:
    """GuardDuty user guide, "Integrating with AWS Security Hub"."""
    types = suppression(finding=finding).types_in_hub
    assert type_in_hub in types
    assert len(types) <= 20  # Security Hub: filters of one field
    assert not suppression(tool=SuppressionTool.SECURITY_HUB, finding="ECS.5").types_in_hub


def test_its_name_in_aws_stays_when_reason_or_end_change() -> None:
    value, renewed = suppression(), suppression(expires=date(2027, 6, 1), severity="low")
    assert value.name == renewed.name
    assert value.name != suppression(side="ec2").name
    assert len(value.name) <= 64
    assert len(suppression(reason="x" * 300, owner="lead of " + "x" * 100).note) <= 512
