"""A rule that no test has seen fail does not pass `make check`."""

from collections import Counter

import policies.checks
import policies.estate  # noqa: F401  # declares the rules
from policies.engine import requirements
from policies.engine.rule import ESTATE_RULES, RULES
from tests.conftest import ROOT
from tests.policies.every_mutation import ALL

GRAPH_CHECKS = ROOT / "policies" / "checks" / "graph"


def test_every_rule_of_the_table_has_a_mutation() -> None:
    assert {mutation.rule for mutation in ALL} == set(requirements.load().numbers_of_rules())


def test_every_rule_with_a_file_has_a_mutation() -> None:
    files = {file.stem for file in GRAPH_CHECKS.glob("*.yaml")}
    ours = {each.text.id for each in RULES} | set(ESTATE_RULES) | files
    assert ours <= {mutation.rule for mutation in ALL}


def test_no_two_mutations_share_a_title() -> None:
    assert {t: n for t, n in Counter(each.title for each in ALL).items() if n > 1} == {}
