"""A stage without its rows is refused before anything can pass it unwatched."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from pay.model import Ladder, Stage
from pay.model.stage.rows import ROWS, missing_rows
from tests.conftest import ROOT


def test_every_stage_has_its_row_and_its_place_on_the_ladder() -> None:
    assert list(ROWS) == list(Stage) == list(Ladder().stages)


def test_every_place_that_leaves_out_a_stage_is_named_at_once() -> None:
    without = [stage for stage in Stage if stage not in (Stage.MOST, Stage.SOAK)]
    rows, ladder = missing_rows(tuple(Stage), without, without)
    assert rows.startswith("constructs/pay/model/stage/rows.py, ROWS: no most, soak (")
    assert ladder.startswith("constructs/pay/model/stage/stage.py, Ladder: no most, soak (")
    assert missing_rows(tuple(Stage), ROWS, without) == (ladder,)


def test_a_new_stage_without_rows_fails_at_import(tmp_path: Path) -> None:
    package = shutil.copytree(ROOT / "constructs" / "pay", tmp_path / "pay")
    file = package / "model" / "stage" / "stage.py"
    line = '    SOAK = "soak"\n'
    assert line in file.read_text()
    file.write_text(file.read_text().replace(line, f'    REST = "rest"\n{line}'))
    run = subprocess.run(
        [sys.executable, "-c", "import pay.model"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    message = run.stderr.splitlines()[-1]
    assert "rows.py, ROWS: no rest" in message
    assert "stage.py, Ladder: no rest" in message
