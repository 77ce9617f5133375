"""The catalogue agrees with the public record of GOV.UK Pay's services."""

import pytest

from pay.catalogue import CATALOGUE, PROBLEMS, file_of
from pay.model import Exposure, LoadBalancerType, Microservice, Runtime, Scope
from pay.model.service.call_graph import call_graph_problems
from tests.conftest import ROOT

# The public record (section "Who calls whom" of what was gathered from alphagov's repositories):
# clients in each service's code, confirmed by the network policies that were once public.
CALLS = {
    "adminusers": {"ledger", "egress"},
    "cardid": set(),
    "connector": {"ledger", "cardid", "egress"},
    "egress": set(),
    "frontend": {"connector", "cardid", "adminusers", "egress"},
    "ledger": set(),
    "notifications": {"connector"},
    "products": {"publicapi"},
    "products-ui": {"products", "adminusers"},
    "publicapi": {"connector", "publicauth", "ledger"},
    "publicauth": set(),
    "selfservice": {
        "connector",
        "ledger",
        "adminusers",
        "products",
        "publicauth",
        "webhooks",
        "egress",
    },
    "toolbox": {
        "adminusers",
        "connector",
        "products",
        "publicauth",
        "ledger",
        "webhooks",
        "egress",
    },
    "webhooks": {"ledger", "webhooks-egress"},
    "webhooks-egress": set(),
}


def named(name: str) -> Microservice:
    return CATALOGUE[name]


RECORDED = {name: service for name, service in CATALOGUE.items() if name in CALLS}
"""The services that the record describes; it says nothing about one that came later."""


def known(names: set[str]) -> set[str]:
    """Return those of the record's services that the catalogue still has."""
    return names & RECORDED.keys()


def where(**values: object) -> set[str]:
    return {
        name
        for name, service in RECORDED.items()
        if all(getattr(service, key) == value for key, value in values.items())
    }


def test_services_are_in_the_order_of_their_names() -> None:
    assert list(CATALOGUE) == sorted(CATALOGUE)


def test_has_no_mistakes() -> None:
    assert list(PROBLEMS) == []
    assert list(call_graph_problems(CATALOGUE)) == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_each_service_has_a_file_of_its_name(name: str) -> None:
    assert (ROOT / file_of(name)).is_file()


@pytest.mark.parametrize("name", RECORDED)
def test_calls_what_its_code_calls(name: str) -> None:
    assert known(set(named(name).called)) == known(CALLS[name])


def test_six_services_have_a_database_and_one_of_them_a_second_instance() -> None:
    found = {name: s.database.identifier_suffix for name, s in RECORDED.items() if s.database}
    recorded = {
        "adminusers": 0,
        "connector": 0,
        "ledger": 0,
        "products": 0,
        "publicauth": 1,
        "webhooks": 0,
    }
    assert found == {name: suffix for name, suffix in recorded.items() if name in RECORDED}


def test_java_and_node_services_have_both_sidecars_and_no_other_has_any() -> None:
    for name, service in RECORDED.items():
        has_sidecars = service.runtime in (Runtime.JAVA, Runtime.NODE)
        expected = ["nginx", "adot"] if has_sidecars else []
        assert [sidecar.name for sidecar in service.sidecars] == expected, name


def test_squid_stands_behind_network_load_balancers_without_a_health_check_path() -> None:
    assert where(load_balancer_type=LoadBalancerType.NETWORK) == known(
        {"egress", "webhooks-egress"}
    )
    for name in known({"egress", "webhooks-egress"}):
        assert named(name).listener_port == 8080
        assert named(name).parameters == ("SQUID_CONFIG",)


def test_notifications_ends_tls_itself() -> None:
    assert where(terminates_tls=True) == known({"notifications"})
    for name in known({"notifications"}):
        assert named(name).target_port == 443


def test_what_takes_card_numbers_is_inside_the_cde() -> None:
    assert where(scope=Scope.INSIDE) == known({"frontend", "connector", "cardid", "publicapi"})


def test_only_what_never_talks_to_the_cde_is_outside() -> None:
    assert where(scope=Scope.OUTSIDE) == known({"products-ui", "webhooks", "webhooks-egress"})


def test_the_public_reaches_five_services_and_staff_one() -> None:
    public = {"frontend", "notifications", "products-ui", "publicapi", "selfservice"}
    assert where(exposure=Exposure.PUBLIC) == known(public)
    assert where(exposure=Exposure.STAFF) == known({"toolbox"})


def test_public_hosts_are_those_that_the_public_knows() -> None:
    hosts = {"frontend": "www", "products-ui": "products"}
    for name in known(set(hosts)):
        assert named(name).host == hosts[name]


@pytest.mark.parametrize(
    ("queue", "senders", "receivers"),
    [
        ("capture", {"connector"}, {"connector"}),
        ("payment-event", {"connector"}, {"ledger"}),
        ("payout-reconcile", {"connector"}, {"connector"}),
        ("connector-tasks", {"connector", "adminusers"}, {"connector"}),
        ("adminusers-events-subscriber", set(), {"adminusers"}),
        ("webhooks-events-subscriber", set(), {"webhooks"}),
    ],
)
def test_queues_flow_from_their_senders_to_their_receivers(
    queue: str, senders: set[str], receivers: set[str]
) -> None:
    def users(access: str) -> set[str]:
        return {
            name
            for name, service in RECORDED.items()
            for use in service.queues
            if use.name == queue and access in use.access
        }

    assert users("send") == known(senders)
    assert users("receive") == known(receivers)


def test_only_ledger_publishes_to_topics() -> None:
    publishers = {name: len(s.topics) for name, s in RECORDED.items() if s.topics}
    assert publishers == dict.fromkeys(known({"ledger"}), 2)


def test_publicauth_and_publicapi_share_one_key_and_no_other_service_shares_any() -> None:
    shared = {
        (name, secret.variable, secret.shared)
        for name, service in RECORDED.items()
        for secret in service.secrets
        if secret.shared
    }
    assert shared == {
        (name, "TOKEN_API_HMAC_SECRET", "api-tokens") for name in known({"publicapi", "publicauth"})
    }


def test_repositories_and_image_tag_variables_are_those_of_pays_pipeline() -> None:
    nginx, adot = named("connector").sidecars
    assert (nginx.repository, nginx.image_tag_variable) == (
        "govukpay/docker-nginx-proxy",
        "nginx_image_tag",
    )
    assert (adot.repository, adot.image_tag_variable) == ("govukpay/adot", "adot_image_tag")
