"""The one line of an environment file that a move changes."""

import os
import subprocess
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.environments.load import environment_files
from pay.model import Stage
from rollout.moves.stage_file import with_stage
from tests.support.checkout import COMMITTED, Checkout
from toolchain.paths import VENV_BIN

ENVIRONMENTS = [*environment_files(COMMITTED).values()]


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
@given(stage=st.sampled_from(Stage), data=st.data())
def test_every_other_byte_of_a_real_file_is_kept(
    path: Path, stage: Stage, data: st.DataObject
) -> None:
    text = path.read_text()
    service = data.draw(st.sampled_from(sorted(tomllib.loads(text)["services"])))
    changed = with_stage(text, service, stage, where=path.name)
    head, tail = text.split(f"[services.{service}]\n", 1)
    old_line, rest = tail.split("\n", 1)
    assert old_line.startswith("stage = ")
    assert changed == f'{head}[services.{service}]\nstage = "{stage}"\n{rest}'


def test_comments_order_spaces_and_line_ends_are_kept() -> None:
    text = (
        "# top\r\n[services.b]   # b first\r\n"
        '  stage   =  "dark"   # since Monday\r\ntasks={min=1,peak=2}\r\n\r\n'
        '[services.a]\r\nstage = "legacy"\r\n'
    )
    assert with_stage(text, "b", Stage.READY, where="x.toml") == text.replace('"dark"', '"ready"')


def test_an_inline_table_is_one_line_too() -> None:
    text = 'services.a = { stage = "legacy", tasks = { min = 1, peak = 2 } }\n'
    assert with_stage(text, "a", Stage.DARK, where="x.toml") == text.replace("legacy", "dark")


@pytest.mark.slow
def test_two_promotions_at_the_same_time_are_both_written(checkout: Checkout) -> None:
    services = ("ledger", "publicauth", "cardid", "webhooks-egress")
    runs = [
        subprocess.Popen(
            [VENV_BIN / "pay", "promote", "test-12", service, "--evidence", "all are open"],
            env={**os.environ, "PAY_ENVIRONMENTS": str(checkout.folder)},
            cwd=COMMITTED.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for service in services
    ]
    for run in runs:
        _, error = run.communicate(timeout=60)
        assert run.returncode == 0, error.decode()
    assert {checkout.stage("test-12", service) for service in services} == {Stage.DARK}
