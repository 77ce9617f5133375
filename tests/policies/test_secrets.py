"""The gate, in its own virtual environment, detects the same secrets as the guard."""

import json
import subprocess
from collections.abc import Mapping

import pytest

from tests.conftest import ROOT
from tests.policies.conftest import GATE_PYTHON
from tests.support.secret_table import Pair, secret_table

_JUDGE = """
import json, sys
from policies.checks.containers.containers_hold_no_secret_in_their_environment import looks_secret
json.dump([looks_secret(*pair) for pair in json.load(sys.stdin)], sys.stdout)
"""

REFUSED, ORDINARY = secret_table()


@pytest.fixture(scope="module")
def answers() -> Mapping[Pair, bool]:
    pairs = [*REFUSED, *ORDINARY]
    run = subprocess.run(
        [str(GATE_PYTHON), "-c", _JUDGE],
        cwd=ROOT,
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(zip(pairs, json.loads(run.stdout), strict=True))


@pytest.mark.parametrize("pair", REFUSED)
def test_the_gate_refuses_a_secret(answers: Mapping[Pair, bool], pair: Pair) -> None:
    assert answers[pair]


@pytest.mark.parametrize("pair", ORDINARY)
def test_the_gate_lets_an_ordinary_value_be(answers: Mapping[Pair, bool], pair: Pair) -> None:
    assert not answers[pair]
