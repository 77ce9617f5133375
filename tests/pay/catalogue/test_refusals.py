"""A mistake in the catalogue is refused by whatever reads environments, beside theirs."""

import pytest

from pay import catalogue
from pay.catalogue import CATALOGUE
from pay.environments.load import load_environment, load_environments
from pay.model import Call, InvalidInput, Problem
from pay.model.service.call_graph import Catalogue
from tests.conftest import ROOT
from tests.support.problems import only

ENVIRONMENTS = ROOT / "environments"


@pytest.fixture
def spoiled() -> Catalogue:
    """The catalogue with a ledger that calls connector back."""
    calls = (Call(service="connector", variables=("CONNECTOR_URL",)),)
    ledger = CATALOGUE["ledger"].model_copy(update={"calls": calls})
    return {**CATALOGUE, "ledger": ledger}


def test_refuses_a_catalogue_with_a_cycle(spoiled: Catalogue) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_environments(ENVIRONMENTS, spoiled)
    found = {p.found for p in caught.value.problems}
    assert "connector -> ledger -> connector" in found
    assert {p.where for p in caught.value.problems} <= {
        "constructs/pay/catalogue/connector.py",
        "constructs/pay/catalogue/ledger.py",
    }


def test_one_environment_alone_is_refused_as_well(spoiled: Catalogue) -> None:
    with pytest.raises(InvalidInput, match="connector -> ledger -> connector"):
        load_environment(ENVIRONMENTS / "sandbox.toml", spoiled)


def test_refuses_a_service_whose_name_gives_it_a_security_group_of_the_cde() -> None:
    services = {
        **CATALOGUE,
        "ecs-cde": CATALOGUE["webhooks"].model_copy(update={"name": "ecs-cde"}),
    }
    with pytest.raises(InvalidInput, match="security group sandbox-ecs-cde-sg for cardid"):
        load_environments(ENVIRONMENTS, services)


def test_a_file_that_cannot_be_read_is_said_and_not_that_its_service_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = Problem(where="ledger.py", key="user", found="0:0", allowed="never root")
    monkeypatch.setattr(catalogue, "PROBLEMS", (broken,))
    without = {name: service for name, service in CATALOGUE.items() if name != "ledger"}
    with pytest.raises(InvalidInput) as caught:
        load_environments(ENVIRONMENTS, without)
    assert only(caught.value.problems) == broken
