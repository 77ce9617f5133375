"""Judge whether Fargate does as well as EC2.

Compares the requests of both sides minute by minute, by tests that stay right however often they
are asked. Says PASS, FAIL or NOT ENOUGH DATA, with the numbers and what is missing. It never moves
anything.

`--recorded FILE` judges recorded minutes, without AWS: failed requests
(`{"stage": "canary", "minutes": [[60, 950, 1, 50, 0]]}`: 60 minutes of 950 requests with 1 error on
EC2, 50 without on Fargate), response times (`"what": "latency"`) or totals (`"what": "dip"`).

Exit codes: 0 PASS, 1 FAIL, 3 NOT ENOUGH DATA, 4 the same and a person must decide, 2 wrong use.

Example: `pay judge --recorded minutes.json`
"""

from pathlib import Path
from typing import Annotated

import typer

from rollout.measure.recorded import read_recording
from rollout.measure.report import as_data, print_part
from rollout.terminal.arguments import Json
from rollout.terminal.console import console, print_json, reporting


def judge(
    recorded: Annotated[
        Path, typer.Option(metavar="FILE", help="Recorded minutes, as JSON.", dir_okay=False)
    ],
    as_json: Json = False,
) -> None:
    with reporting(as_json, exit_code=2):
        recording = read_recording(recorded)
    part = recording.judge()
    if as_json:
        print_json(as_data(recording, part))
    else:
        print_part(console(), recording, part)
    raise typer.Exit(part.exit_code)
