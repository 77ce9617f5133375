"""The workshop makes a stack anew only where its inputs are new."""

import asyncio
from pathlib import Path

import pytest

from lab.workshop import Workshop
from pay.hcl.output import HCL, MANIFEST, METADATA
from pay.model import Stage
from pay.model.stacks import traffic_stack
from tests.lab.stories import SERVICE

STACK = traffic_stack("sandbox", SERVICE)


def test_a_stage_that_comes_again_gets_the_files_that_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop, made = Workshop(tmp_path, "sandbox", {}), list[Stage]()
    folder = workshop.stack(STACK)

    async def run(_: Workshop, __: Path, *___: str, **settings: str) -> str:
        made.append(workshop.environment.services[SERVICE].stage)
        folder.mkdir(parents=True, exist_ok=True)
        for path in (folder / HCL, folder / METADATA, Path(settings["CDKTF_OUTDIR"]) / MANIFEST):
            path.write_text(f"{path.name} at {made[-1]}")
        return ""

    monkeypatch.setattr(Workshop, "_run", run)
    for stage in (Stage.READY, Stage.HALF, Stage.READY, Stage.READY, Stage.HALF):
        workshop.place(SERVICE, stage)
        asyncio.run(workshop.synthesise(STACK))
        assert (folder / HCL).read_text() == f"{HCL} at {stage}"
        (folder / HCL).write_text("a mutation")
    assert made == [Stage.READY, Stage.HALF]
