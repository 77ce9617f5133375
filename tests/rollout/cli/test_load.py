"""`pay load`: what it refuses before it asks AWS, and what it would do."""

import json

from tests.support.checkout import Pay


def test_refuses_an_environment_without_load_tests(pay: Pay) -> None:
    refused = pay("load", "test-12", "pay-by-card")
    assert refused.exit_code == 1
    assert "no table `load`" in refused.output
    assert "test-under-load.md" in refused.output
    production = pay("load", "production-2", "pay-by-card")
    assert production.exit_code == 1
    assert "real payments pass" in production.output


def test_refuses_a_scenario_that_does_not_exist(pay: Pay) -> None:
    refused = pay("load", "test-perf-1", "pay-by-cart")
    assert refused.exit_code == 2
    assert "pay-by-card" in refused.output


def test_says_what_it_would_do_without_aws(pay: Pay) -> None:
    shown = pay("load", "test-perf-1", "pay-by-card", "--dry-run")
    assert shown.exit_code == 0
    assert "2.5 journeys a second of pay-by-card for 30 minutes" in shown.output
    assert "sleep from" in shown.output
    data = json.loads(pay("load", "test-perf-1", "pay-by-card", "--dry-run", "--json").stdout)
    assert (data["minutes"], data["ramp_minutes"]) == (30, 5)
    assert data["asleep_at_the_latest"]
