"""A text without the sign of a key holds none, so the patterns are spared."""

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pay.secrets import values
from tests.conftest import ROOT

OTHERS = values._formats_without_ibm()
OF_IBM = tuple(each for each in values._formats() if each not in OTHERS)

CASES = [
    pytest.param(regex, sign, id=f"{kind} {number}")
    for sign, formats in ((values._MAY_BE_OF_IBM, OF_IBM), (values._MAY_BE_OF_OTHERS, OTHERS))
    for number, (kind, regex) in enumerate(formats)
]


def test_patterns_of_each_kind_of_ibm_are_spared() -> None:
    assert {kind for kind, _ in OF_IBM} == values._KEYS_OF_IBM


@pytest.mark.slow
@pytest.mark.parametrize(("regex", "sign"), CASES)
@settings(max_examples=30)
@given(data=st.data())
def test_whatever_a_pattern_finds_has_the_sign(
    regex: re.Pattern[str], sign: re.Pattern[str], data: st.DataObject
) -> None:
    assert sign.search(data.draw(st.from_regex(regex)))


def test_what_is_committed_needs_no_patterns() -> None:
    """So that no command waits for their library."""
    code = (
        "import sys; from pathlib import Path; import pay.catalogue; "
        "from pay.environments.load import load_environments; "
        "load_environments(Path('environments')); "
        "sys.exit('detect_secrets' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
