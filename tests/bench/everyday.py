"""The everyday command: one line of one environment file is changed, then all is synthesised."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.bench import estate
from tests.bench.process import Run, RunFailed

ENVIRONMENT = "sandbox"
STAGE = "after a change of one service's stage"
SETTING = "after a change of a setting of one environment"
CHANGES: Mapping[str, tuple[str, str]] = {
    STAGE: (
        '[services.publicauth]\nstage = "legacy"',
        '[services.publicauth]\nstage = "dark"',
    ),
    SETTING: ("retention_in_days = 365", "retention_in_days = 400"),
}
"""What is measured -> the line, and what it becomes; the next change takes it back."""


class Everyday:
    """An estate in folders of its own that is synthesised again and again, as an engineer does.

    Its first synthesis is not measured; each later one reuses what the ones before have kept.
    """

    def __init__(self, environments: Path, out: Path, *, memory: bool = True) -> None:
        self._environments, self._out, self._memory = environments, out, memory
        shutil.copytree(estate.ENVIRONMENTS, environments, dirs_exist_ok=True)
        self._synthesise(out)

    def after(self, change: str) -> Run:
        """One run after one line was changed."""
        file = self._environments / f"{ENVIRONMENT}.toml"
        text = file.read_text(encoding="utf-8")
        old, new = CHANGES[change]
        if old not in text:
            old, new = new, old
        file.write_text(text.replace(old, new), encoding="utf-8")
        return self._synthesise(self._out)

    def compared(self) -> str:
        """Raises RunFailed unless everything made new is the same as what was reused."""
        reused = estate.files_of(self._out)
        with estate.output_folder() as out:
            self._synthesise(out, reuse=False)
            new = estate.files_of(out)
        if different := sorted(p for p in {*reused, *new} if reused.get(p) != new.get(p)):
            raise RunFailed(f"reused output is not the same as new output: {', '.join(different)}")
        return f"Reused and new output are the same, byte for byte, in {len(new)} files."

    def _synthesise(self, out: Path, *, reuse: bool = True) -> Run:
        return estate.synthesise(
            estate.MAIN, out, environments=self._environments, reuse=reuse, memory=self._memory
        )
