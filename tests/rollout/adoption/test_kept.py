"""What the first apply must not change is found, written down and left as it is."""

import json
import tomllib

import pytest

from pay.environments.load import load_environments
from pay.model import Kept
from tests.support.account import CREDENTIALS, Account, Adopt
from tests.support.checkout import Checkout

EGRESS_BALANCER, EGRESS_TARGETS = "sandbox-egress-alb", "sandbox-egress-lb-tg"
OF_A_NETWORK_BALANCER = (Kept.SECURITY_GROUPS, Kept.PRESERVE_CLIENT_IP)


def keeps(checkout: Checkout) -> dict[str, tuple[Kept, ...]]:
    """Service -> what the environment's file says that it keeps."""
    services = load_environments(checkout.folder)["sandbox"].services
    return {name: each.keeps for name, each in services.items() if each.keeps}


def test_a_network_load_balancer_keeps_having_no_groups_and_its_callers_addresses(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    aws.bare, aws.kept = {EGRESS_BALANCER}, {EGRESS_TARGETS}
    result = adopt("--json", **CREDENTIALS)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["keeps"] == {"egress": list(OF_A_NETWORK_BALANCER)}
    assert keeps(checkout) == {"egress": OF_A_NETWORK_BALANCER}


def test_an_application_load_balancer_keeps_its_headers(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    aws.kept = {"sandbox-ledger-alb"}
    assert adopt(**CREDENTIALS).exit_code == 0
    assert keeps(checkout) == {"ledger": (Kept.DROP_INVALID_HEADER_FIELDS,)}


def test_only_lines_of_what_is_kept_are_added(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    path = checkout.file("sandbox")
    before = path.read_text().splitlines()
    aws.bare, aws.kept = {EGRESS_BALANCER}, {"sandbox-webhooks-alb"}
    assert adopt(**CREDENTIALS).exit_code == 0
    after = path.read_text().splitlines()
    assert [line for line in after if line not in before] == [
        'keeps = ["security_groups"]',
        'keeps = ["drop_invalid_header_fields"]',
    ]
    assert [line for line in after if not line.startswith("keeps")] == before


def test_what_has_changed_since_is_no_longer_kept(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    before = checkout.file("sandbox").read_text()
    aws.bare, aws.kept = {EGRESS_BALANCER}, {EGRESS_TARGETS}
    assert adopt(**CREDENTIALS).exit_code == 0
    aws.kept.clear()
    assert adopt(**CREDENTIALS).exit_code == 0
    assert keeps(checkout) == {"egress": (Kept.SECURITY_GROUPS,)}
    aws.bare.clear()
    assert adopt(**CREDENTIALS).exit_code == 0
    assert checkout.file("sandbox").read_text() == before


def test_a_side_that_is_not_there_keeps_nothing(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    aws.bare, aws.gone = {EGRESS_BALANCER}, {EGRESS_BALANCER}
    assert adopt("--allow-missing", **CREDENTIALS).exit_code == 0
    assert keeps(checkout) == {}


def test_nothing_is_written_to_the_environment_when_the_adoption_is_refused(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    aws.bare, aws.short = {EGRESS_BALANCER}, {"ledger"}
    assert adopt(**CREDENTIALS).exit_code == 1
    assert "keeps" not in tomllib.loads(checkout.file("sandbox").read_text())["services"]["egress"]


def test_attributes_that_aws_denies_are_told_for_each_service(
    adopt: Adopt, aws: Account, checkout: Checkout
) -> None:
    aws.denied = {"DescribeTargetGroupAttributes"}
    result = adopt("--json", **CREDENTIALS)
    assert result.exit_code == 1
    [failed] = json.loads(result.stdout)["failed"]
    assert failed["for"] == ["what egress keeps", "what webhooks-egress keeps"]


@pytest.mark.parametrize("columns", [80, 200])
def test_the_report_names_each_once_with_all_its_services_and_what_to_do_later(
    adopt: Adopt, aws: Account, columns: int
) -> None:
    aws.bare = {EGRESS_BALANCER, "sandbox-webhooks-egress-alb"}
    aws.kept = {"sandbox-ledger-alb"}
    result = adopt(**CREDENTIALS, COLUMNS=str(columns))
    text = " ".join(result.stdout.split())
    assert "egress, webhooks-egress: security_groups stays as it is" in text
    assert "ledger: drop_invalid_header_fields stays as it is" in text
    assert "waiver of CKV_AWS_131" in text
    assert "written to `keeps`" in text
    assert all(len(line) <= columns for line in result.stdout.splitlines())
