"""Waivers and suppressions belong to a role, and end."""

from datetime import date

import pytest

from pay.model.accepted import HEADER, why_not_a_role
from policies.engine.waivers import Waiver

ROLES = (
    "technical lead of the platform team",
    "Head of Security",
    "CISO",
    "platform team",
    "security operations centre duty manager",
    "GDS security lead",
    "on-call engineer",
    "Cyber Defence team",
    "team lead of GOV.UK Pay",
    "Lead developer (payments)",
    "lead of Card Payments",
    "SOC analyst",
    "Product owner, payments team",
)
PEOPLE = (
    "jane@",
    "@jane",
    "jane@example.org",
    "Jane Smith",
    "jane",
    "jane.smith",
    "Jane Smith, technical lead",
    "technical lead (Jane Smith)",
    "technical lead - Jane",
    "Jane's team",
    "Smith engineer",
    "J. Smith, lead",
    " ",
)


@pytest.mark.parametrize("owner", ROLES)
def test_a_role_owns_what_is_accepted(owner: str) -> None:
    assert why_not_a_role(owner) is None


@pytest.mark.parametrize("owner", PEOPLE)
def test_refuses_a_person_as_an_owner(owner: str) -> None:
    assert why_not_a_role(owner)


def test_a_row_of_a_report_has_a_cell_for_each_column() -> None:
    waiver = Waiver(
        check="CKV_AWS_91",
        stack="*-egress-*",
        resource="aws_lb.nlb",
        reason="This load balancer passes TLS through.",
        owner="technical lead",
        expires=date(2027, 1, 31),
    )
    row = dict(zip(HEADER, waiver.row(3), strict=True))
    assert row["where"] == "*-egress-* aws_lb.nlb"
    assert (row["findings"], row["expires"]) == ("3", "2027-01-31")
