"""Every service is in a smoke test, and every smoke test has its script."""

from collections.abc import Mapping

from pay.catalogue import CATALOGUE
from pay.catalogue.scenarios import NOT_IN_A_SCENARIO, PROBE, SCENARIOS
from pay.model import Environment
from pay.smoke.archives import SCRIPTS, SHARED


def test_every_service_is_in_a_scenario_or_has_a_reason() -> None:
    tried = {service for each in SCENARIOS.values() for service in each.services}
    assert tried.isdisjoint(NOT_IN_A_SCENARIO)
    assert tried | NOT_IN_A_SCENARIO.keys() == CATALOGUE.keys()


def test_the_12_scenarios_and_the_probe_are_there() -> None:
    assert len(SCENARIOS) == 12 + 1
    assert PROBE.opens is None


def test_every_scenario_has_its_script_and_every_script_a_scenario() -> None:
    scripts = {path.name for path in SCRIPTS.iterdir()}
    assert scripts == {SHARED, *(f"{name}.js" for name in SCENARIOS)}


def test_what_a_scenario_opens_is_public_or_an_api(environments: Mapping[str, Environment]) -> None:
    for scenario in SCENARIOS.values():
        assert scenario.schedules.keys() <= environments.keys(), scenario.name


def test_only_a_scenario_that_needs_a_browser_opens_a_page() -> None:
    """What the scripts say, and what the catalogue says of them, is the same."""
    for scenario in SCENARIOS.values():
        text = (SCRIPTS / f"{scenario.name}.js").read_text()
        opens = any(word in text for word in ("payByCard", "payByAgreement", "openPage"))
        assert opens is scenario.needs_browser, scenario.name
        party = scenario.third_party
        assert (f'"{party}"' in text) is (party is not None), scenario.name
